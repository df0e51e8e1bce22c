// Networks for ONNX beside those of `reference/cases.rs`, which have every layer and option. The second word is `eval`, or `normalized` for a network that normalizes its images itself.
reference! { conv_ceil, eval, < 2x6x7 -> conv(3, 3x2, stride=(2, 3), round=ceil) > }
reference! { conv_ceil_pad, eval, < 2x8x7 -> conv(3, 3x3, stride=3, pad=(1, 0, 0, 1), round=ceil) > }
reference! { conv_replicate_ceil, eval, < 2x6x6 -> conv(3, 3x3, stride=2, pad=1, pad_mode=replicate, round=ceil) > }
reference! { conv_table_reflect, eval, < 3x5x6 -> conv(4, 3x3, pad=1, pad_mode=reflect, table=[[0, 2], [1], [0, 1, 2], [2]]) > }
reference! { deconv_beyond, eval, < 2x4x5 -> deconv(3, 3x2, dilation=3, output_pad=2) > }
reference! { deconv_beyond_no_bias, eval, < 4x4x5 -> deconv(6, 3x3, dilation=3, pad=(1, 1, 0, 0), output_pad=2, groups=2, bias=false) > }
reference! { maxpool_far, eval, < 3x8x9 -> maxpool(2, stride=1, dilation=4, pad=2) > }
reference! { maxpool_far_ceil, eval, < 3x8x9 -> maxpool(2x3, stride=(2, 3), dilation=(4, 2), pad=(2, 1), round=ceil) > }
reference! { avgpool_ceil_count_pad, eval, < 3x6x7 -> avgpool(3x2, stride=2, pad=1, count_pad=true, round=ceil) > }
reference! { avgpool_same, eval, < 3x7x6 -> avgpool(3, stride=2, pad=same) > }
reference! { sumpool_dilation, eval, < 3x8x7 -> sumpool(2, stride=1, dilation=4, pad=2) > }
reference! { lppool_pad, eval, < 3x7x6 -> lppool(2, 3x2, stride=2, pad=1, round=ceil) > }
reference! { lppool_far, eval, < 3x8x9 -> lppool(3, 2, stride=1, dilation=4, pad=2) > }
reference! { lppool_real_pad, eval, < 3x7x6 -> lppool(1.5, 3x2, stride=2, pad=1, dilation=2, round=ceil) > }
reference! { prodpool_dilation, eval, < 3x8x7 -> prodpool(2x3, stride=2, dilation=(3, 2), pad=1, round=ceil) > }
reference! { unpool_far, eval, < 3x8x9 -> p: maxpool(2, stride=2, dilation=4, pad=2) -> unpool(p) > }
reference! { unpool_twice, eval, < 3x8x8 -> p: maxpool(2) -> q: maxpool(2) -> conv(3, 1x1) -> unpool(q) -> unpool(p) > }
reference! { adaptive_one_axis, eval, < 3x7x6 -> add(adaptive_avgpool(7x4) | adaptive_maxpool(7x4)) > }
reference! { lrn_vector, eval, < 9 -> lrn(3, alpha=1) > }
reference! { lrn_one, eval, < 4x3x3 -> lrn(1, alpha=0.5, beta=0.5, k=2) > }
reference! { shuffle_vector, eval, < 6 -> shuffle(2) > }
reference! { gn_vector_affine_false, eval, < 12 -> gn(3, affine=false) > }
reference! { ln_all_affine_false, eval, < 3x4x5 -> ln(over=all, affine=false) > }
reference! { ln_all_vector, eval, < 7 -> ln(over=all) > }
reference! { prelu_vector, eval, < 7 -> add(prelu(per_channel=true) | prelu) > }
reference! { scale_vector_bare, eval, < 7 -> gamma: scale(bare=true) > }
reference! { softplus_beta, eval, < 2x4x5 -> softplus(beta=3) -> softplus(threshold=1) > }
reference! { tanh_slope, eval, < 2x4x5 -> add(tanh(slope=0.5) | tanh(scale=2)) > }
reference! { mul_four, eval, < 3x4x5 -> mul(_ | conv(1, 1x1) | conv(3, 4x5) | conv(3, 1x1)) > }
reference! { dropout_last, eval, < 2x3x4 -> conv(3, 1x1) -> dropout(0.5) -> identity -> dropout2d(0.3) > }
reference! { nothing, eval, < 2x3x4 -> dropout(0.5) > }
reference! { labels, eval, < 2x6x6 -> stem: { conv(3, 3x3) -> bn -> out: relu } -> output: conv(2, 1x1) -> relu > }
reference! { one_named_output, eval, < 2x6x6 -> stem: conv(3, 3x3) -> relu -> score: { flatten -> dense(4) } => score > }
reference! { normalized_image, normalized, < 3x6x6 -> conv(4, 3x3) -> relu -> flatten -> dense(3) > }
reference! { normalized_vector, normalized, < 5 -> dense(3) > }
reference! { two_inputs, eval, < image: 1x8x8; extra: 5; body: image -> conv(2, 3x3) -> relu -> flatten; concat(body | extra) -> dense(3) > }
reference! { two_outputs, eval, < image: 2x8x8; trunk: image -> conv(4, 3x3, pad=1) -> relu; class: trunk -> global_avgpool -> flatten -> dense(3); boxes: trunk -> conv(2, 1x1) => class, boxes > }
reference! { inner_output, eval, < image: 2x8x8; trunk: image -> conv(4, 3x3, pad=1) -> relu; rest: trunk -> dropout(0.1) -> maxpool(2) => trunk, rest > }
reference! { training_only, eval, < image: 2x8x8; trunk: image -> conv(4, 3x3, pad=1) -> relu; class: trunk -> flatten -> dense(3); aux: trunk -> conv(2, 1x1) -> bn => class, train aux > }
reference! { one_value_twice, eval, < image: 2x4x4; a: image -> relu; b: a -> identity => a, b > }
reference! { unread_input, eval, < image: 2x4x4; extra: 5; class: image -> conv(2, 1x1); aux: extra -> dense(2) => class, train aux > }

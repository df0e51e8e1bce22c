// Written by layers.py; do not edit.
reference! { conv_1x1, train, < 3x5x4 -> conv(4, 1x1) > }
reference! { conv_1x1_stride_2, train, < 3x5x4 -> conv(4, 1x1, stride=2) > }
reference! { conv_3x3, train, < 2x6x5 -> conv(3, 3x3) > }
reference! { conv_3, train, < 2x6x5 -> conv(3, 3) > }
reference! { conv_3x3_pad, train, < 2x6x5 -> conv(3, 3x3, pad=1) > }
reference! { conv_3x3_stride_2, train, < 2x9x7 -> conv(4, 3x3, stride=2, pad=1) > }
reference! { conv_3x3_images_19, train, < 2x5x4 -> conv(3, 3x3, pad=1) > }
reference! { conv_5x5, train, < 2x7x8 -> conv(3, 5x5, pad=2) > }
reference! { conv_5x5_stride_2, train, < 2x9x8 -> conv(3, 5x5, stride=2, pad=2) > }
reference! { conv_7x7, train, < 2x9x8 -> conv(3, 7x7) > }
reference! { conv_7x7_stride_2, train, < 2x11x10 -> conv(3, 7x7, stride=2, pad=3) > }
reference! { conv_3x5, train, < 2x6x8 -> conv(3, 3x5) > }
reference! { conv_3x1_pad_1_0, train, < 2x6x5 -> conv(3, 3x1, pad=(1, 0)) > }
reference! { conv_1x7, train, < 2x4x9 -> conv(3, 1x7) > }
reference! { conv_2x2_stride_2, train, < 3x6x7 -> conv(4, 2x2, stride=2) > }
reference! { conv_4x4, train, < 2x7x6 -> conv(3, 4x4, pad=1) > }
reference! { conv_stride_2_1, train, < 2x8x6 -> conv(3, 3x3, stride=(2, 1), pad=1) > }
reference! { conv_stride_3, train, < 2x10x8 -> conv(3, 3x3, stride=3) > }
reference! { conv_11x11_stride_4, train, < 2x19x16 -> conv(2, 11x11, stride=4, pad=2) > }
reference! { conv_dilation_2, train, < 2x8x7 -> conv(3, 3x3, pad=2, dilation=2) > }
reference! { conv_dilation_1_2, train, < 2x6x8 -> conv(3, 3x3, dilation=(1, 2)) > }
reference! { conv_dilation_stride, train, < 2x9x9 -> conv(3, 3x3, stride=2, pad=1, dilation=2) > }
reference! { conv_groups_2, train, < 4x5x6 -> conv(6, 3x3, pad=1, groups=2) > }
reference! { conv_groups_channels, train, < 3x5x6 -> conv(6, 3x3, pad=1, groups=3) > }
reference! { depthwise, train, < 4x6x5 -> depthwise(3x3, pad=1) > }
reference! { depthwise_stride_2, train, < 4x7x6 -> depthwise(3x3, stride=2, pad=1) > }
reference! { depthwise_5x5_no_bias, train, < 3x7x6 -> depthwise(5x5, pad=2, bias=false) > }
reference! { conv_no_bias, train, < 2x6x5 -> conv(3, 3x3, pad=1, bias=false) > }
reference! { conv_same_odd, train, < 2x6x5 -> conv(3, 3x3, pad=same) > }
reference! { conv_same_even, train, < 2x6x5 -> conv(3, 4x2, pad=same) > }
reference! { conv_same_stride_2, train, < 2x7x6 -> conv(3, 3x3, stride=2, pad=same) > }
reference! { conv_same_dilation_2, train, < 2x7x6 -> conv(3, 3x2, dilation=2, pad=same) > }
reference! { conv_valid, train, < 2x6x5 -> conv(3, 3x3, pad=valid) > }
reference! { conv_pad_four_sides, train, < 2x5x6 -> conv(3, 3x3, pad=(0, 2, 1, 3)) > }
reference! { conv_keep, train, < 2x5x6 -> conv(3, 3x3, stride=2, pad=keep) > }
reference! { conv_keep_even, train, < 2x5x4 -> conv(3, 4x3, stride=(1, 3), pad=keep) > }
reference! { conv_reflect, train, < 2x5x6 -> conv(4, 3x3, pad=1, pad_mode=reflect) > }
reference! { conv_replicate, train, < 2x5x6 -> conv(4, 5x3, pad=(2, 1), pad_mode=replicate) > }
reference! { conv_circular, train, < 2x5x6 -> conv(4, 5x5, stride=2, pad=2, pad_mode=circular) > }
reference! { conv_circular_same, train, < 2x5x6 -> conv(4, 4x2, pad=same, pad_mode=circular) > }
reference! { conv_reflect_groups, train, < 2x5x6 -> conv(4, 3x3, pad=2, groups=2, pad_mode=reflect) > }
reference! { conv_reflect_behind_conv, train, < 2x5x6 -> conv(20, 3x3, pad=1) -> relu -> conv(4, 3x3, pad=1, pad_mode=reflect) -> tanh > }
reference! { depthwise_replicate, train, < 4x6x5 -> depthwise(3x3, pad=1, pad_mode=replicate) > }
reference! { pad, train, < 2x4x5 -> pad(1) > }
reference! { pad_value, train, < 2x4x5 -> pad((1, 2, 0, 3), value=0.5) > }
reference! { pad_reflect, train, < 2x4x5 -> pad((3, 1, 2, 4), mode=reflect) > }
reference! { pad_replicate, train, < 2x4x5 -> pad((2, 6), mode=replicate) > }
reference! { pad_circular, train, < 2x4x5 -> pad((1, 4, 5, 2), mode=circular) > }
reference! { pad_between, train, < 2x4x5 -> conv(20, 1x1) -> pad((1, 2), mode=reflect) -> tanh -> conv(3, 3x3) > }
reference! { crop, train, < 2x6x7 -> crop((1, 2, 0, 3)) > }
reference! { crop_between, train, < 2x6x7 -> conv(20, 1x1) -> crop(1) -> conv(3, 3x3) > }
reference! { conv_table, train, < 3x5x6 -> conv(4, 3x3, table=[[0, 2], [1], [0, 1, 2], [2]]) > }
reference! { conv_table_stride_2, train, < 3x5x6 -> conv(4, 3x2, stride=2, pad=1, table=[[0, 2], [1], [0, 1, 2], [2]], bias=false) -> tanh > }
reference! { conv_table_c3, train, < 6x7x6 -> conv(16, 5x5, table=[[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [4, 5, 0], [5, 0, 1], [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 0], [4, 5, 0, 1], [5, 0, 1, 2], [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]]) > }
reference! { conv_table_bn_relu, eval, < 3x5x6 -> conv(4, 3x3, pad=1, table=[[0, 2], [1], [0, 1, 2], [2]]) -> bn -> relu > }
reference! { deconv, train, < 3x4x5 -> deconv(4, 3x3) > }
reference! { deconv_2x2_stride_2, train, < 3x4x5 -> deconv(4, 2x2, stride=2) > }
reference! { deconv_output_pad, train, < 3x4x5 -> deconv(4, 3x3, stride=2, pad=1, output_pad=1) > }
reference! { deconv_4x4_stride_2, train, < 3x4x5 -> deconv(4, 4x4, stride=2, pad=1) -> tanh > }
reference! { deconv_dilation, train, < 2x4x5 -> deconv(3, 3x2, stride=(1, 2), dilation=(3, 2), pad=(2, 1), output_pad=(2, 1)) > }
reference! { deconv_groups, train, < 4x4x5 -> deconv(6, 3x3, stride=2, groups=2, bias=false) > }
reference! { deconv_groups_channels, train, < 4x4x5 -> deconv(4, 4x4, stride=2, pad=1, groups=4) > }
reference! { deconv_gaps, train, < 2x3x4 -> deconv(3, 1x2, stride=3) > }
reference! { deconv_same, train, < 2x3x4 -> deconv(3, 3x4, stride=2, pad=same) > }
reference! { deconv_keep, train, < 2x3x4 -> deconv(3, 3x3, stride=2, pad=keep) > }
reference! { deconv_images_19, train, < 2x3x4 -> deconv(3, 3x3, stride=2) > }
reference! { deconv_between, eval, < 2x4x5 -> conv(20, 1x1) -> relu -> deconv(18, 4x4, stride=2, pad=1, bias=false) -> bn -> tanh -> conv(3, 3x3) > }
reference! { deconv_add, train, < 2x4x5 -> add(up: deconv(17, 2x2, stride=2) | other: deconv(17, 4x4, stride=2, pad=1)) -> tanh > }
reference! { upsample, train, < 2x3x4 -> upsample(2) > }
reference! { upsample_2x3, train, < 2x3x4 -> upsample(2x3, nearest) > }
reference! { upsample_bilinear, train, < 2x3x4 -> upsample(2, bilinear) > }
reference! { upsample_bilinear_3x4, train, < 2x3x4 -> upsample((3, 4), mode=bilinear) > }
reference! { upsample_between, train, < 2x3x4 -> conv(20, 1x1) -> upsample(2, bilinear) -> tanh -> conv(3, 3x3) > }
reference! { upsample_size, train, < 2x3x4 -> upsample(size=5x7) > }
reference! { upsample_size_bilinear, train, < 2x3x4 -> upsample(size=(5, 7), mode=bilinear) > }
reference! { upsample_align_corners, train, < 2x3x4 -> upsample(3x2, bilinear, align_corners=true) > }
reference! { upsample_size_align_corners, train, < 2x3x4 -> conv(18, 1x1) -> upsample(size=7x5, mode=bilinear, align_corners=true) -> tanh > }
reference! { upsample_pixel_align_corners, train, < 2x1x3 -> upsample(size=1x8, mode=bilinear, align_corners=true) > }
reference! { conv_groups_of_2, train, < 6x5x6 -> conv(6, 3x3, pad=1, groups=3) > }
reference! { conv_groups_of_4, train, < 24x5x6 -> conv(24, 3x3, stride=2, pad=1, groups=6) > }
reference! { conv_groups_of_8, train, < 24x5x6 -> conv(24, 3x3, pad=1, groups=3, bias=false) > }
reference! { maxpool_2, train, < 3x6x5 -> maxpool(2) > }
reference! { maxpool_3_stride_2_pad, train, < 3x7x6 -> maxpool(3, stride=2, pad=1) > }
reference! { maxpool_ceil, train, < 3x8x7 -> maxpool(3, ceil, stride=2) > }
reference! { maxpool_ceil_pad, train, < 3x6x7 -> maxpool(3, stride=2, pad=1, round=ceil) > }
reference! { maxpool_ceil_dropped_window, train, < 2x3x5 -> maxpool(2, stride=2, pad=1, round=ceil) > }
reference! { maxpool_dilation_2, train, < 3x8x7 -> maxpool(3, stride=1, dilation=2) > }
reference! { maxpool_3x2, train, < 3x7x6 -> maxpool(3x2) > }
reference! { maxpool_stride_1_2, train, < 3x5x7 -> maxpool(2, stride=(1, 2)) > }
reference! { maxpool_same, train, < 3x7x6 -> maxpool(3, stride=2, pad=same) > }
reference! { maxpool_images_19, train, < 2x4x5 -> maxpool(2) > }
reference! { avgpool_2, train, < 3x6x5 -> avgpool(2) > }
reference! { avgpool_3_stride_2_pad, train, < 3x7x6 -> avgpool(3, stride=2, pad=1) > }
reference! { avgpool_count_pad, train, < 3x7x6 -> avgpool(3, stride=2, pad=1, count_pad=true) > }
reference! { avgpool_count_pad_false, train, < 3x7x6 -> avgpool(3, stride=2, pad=1, count_pad=false) > }
reference! { avgpool_ceil, train, < 3x8x7 -> avgpool(3, stride=2, round=ceil) > }
reference! { avgpool_ceil_pad, train, < 3x6x7 -> avgpool(3, stride=2, pad=1, round=ceil) > }
reference! { avgpool_ceil_pad_count_pad_false, train, < 3x6x7 -> avgpool(3, stride=2, pad=1, count_pad=false, round=ceil) > }
reference! { avgpool_2x3, train, < 3x6x7 -> avgpool(2x3) > }
reference! { sumpool_2, train, < 3x6x5 -> sumpool(2) > }
reference! { sumpool_3_stride_2_pad, train, < 3x7x6 -> sumpool(3, stride=2, pad=1) > }
reference! { sumpool_ceil, train, < 3x8x7 -> sumpool(3x2, stride=2, round=ceil) > }
reference! { lppool_2, train, < 3x6x5 -> lppool(2, 2) > }
reference! { lppool_4_stride, train, < 3x7x6 -> lppool(4, 3x2, stride=(2, 1)) > }
reference! { lppool_1_sigmoid, train, < 3x6x5 -> sigmoid -> lppool(1, 2) > }
reference! { lppool_3_sigmoid, train, < 3x6x5 -> sigmoid -> lppool(3, 2) > }
reference! { lppool_2_5_sigmoid_images_19, train, < 2x4x5 -> sigmoid -> lppool(2.5, 2) > }
reference! { prodpool_2, train, < 3x6x5 -> prodpool(2) > }
reference! { prodpool_3_stride_2_pad, train, < 3x7x6 -> prodpool(3, stride=2, pad=1) > }
reference! { prodpool_zeros, train, < 3x6x6 -> relu -> prodpool(2) > }
reference! { unpool_2, train, < 3x6x8 -> p: maxpool(2) -> conv(3, 3x3, pad=1) -> unpool(p) > }
reference! { unpool_odd, train, < 3x7x5 -> p: maxpool(2) -> conv(3, 3x3, pad=1) -> unpool(p) > }
reference! { unpool_pad_images_19, train, < 3x7x6 -> p: maxpool(3, stride=3, pad=1) -> conv(3, 3x3, pad=1) -> unpool(p) > }
reference! { unpool_overlap, train, < 3x9x7 -> p: maxpool(3, stride=2, pad=1) -> conv(3, 3x3, pad=1) -> unpool(p) > }
reference! { attnpool, train, < 4x5x3 -> attnpool > }
reference! { attnpool_conv, train, < 2x5x6 -> conv(20, 3x3, pad=1) -> tanh -> attnpool -> dense(3) > }
reference! { adaptive_avgpool_3x4, train, < 3x7x6 -> adaptive_avgpool(3x4) > }
reference! { adaptive_avgpool_even, train, < 3x6x8 -> adaptive_avgpool(3x2) > }
reference! { adaptive_avgpool_1, train, < 3x5x4 -> adaptive_avgpool(1) > }
reference! { adaptive_avgpool_same, train, < 3x5x4 -> adaptive_avgpool(5x4) > }
reference! { adaptive_avgpool_larger, train, < 3x2x3 -> adaptive_avgpool(7) > }
reference! { adaptive_maxpool_3x4, train, < 3x7x6 -> adaptive_maxpool(3x4) > }
reference! { adaptive_maxpool_even, train, < 3x6x8 -> adaptive_maxpool(3x2) > }
reference! { adaptive_maxpool_same, train, < 3x5x4 -> adaptive_maxpool(5x4) > }
reference! { adaptive_maxpool_larger, train, < 3x2x3 -> adaptive_maxpool(7) > }
reference! { adaptive_maxpool_images_19, train, < 3x5x4 -> conv(4, 3x3) -> adaptive_maxpool(2x1) > }
reference! { global_maxpool, train, < 4x5x3 -> global_maxpool > }
reference! { global_avgpool, train, < 4x5x3 -> global_avgpool > }
reference! { flatten, train, < 2x3x4 -> flatten > }
reference! { reshape, train, < 2x3x4 -> reshape(4x2x3) > }
reference! { reshape_vector, train, < 5 -> dense(24) -> reshape(2x3x4) -> conv(3, 1x1) > }
reference! { dense, train, < 7 -> dense(5) > }
reference! { dense_no_bias, train, < 7 -> dense(5, bias=false) > }
reference! { dense_images_19, train, < 7 -> dense(5) > }
reference! { flatten_dense, train, < 2x3x4 -> flatten -> dense(5) > }
reference! { bn_train, train, < 3x4x5 -> bn > }
reference! { bn_train_images_19, train, < 3x2x3 -> bn > }
reference! { bn_eval, eval, < 3x4x5 -> bn > }
reference! { bn_eps_momentum_train, train, < 3x4x5 -> bn(eps=1e-3, momentum=0.2) > }
reference! { bn_eps_momentum_eval, eval, < 3x4x5 -> bn(eps=1e-3, momentum=0.2) > }
reference! { bn_bare_train, train, < 3x4x5 -> bn(affine=false) > }
reference! { bn_bare_eval, eval, < 3x4x5 -> bn(affine=false) > }
reference! { bn_bare_between_train, train, < 2x5x6 -> conv(18, 3x3, pad=1) -> bn(affine=false) -> relu -> conv(3, 3x3) > }
reference! { bn_bare_between_eval, eval, < 2x5x6 -> conv(18, 3x3, pad=1) -> bn(affine=false) -> relu -> conv(3, 3x3, bias=false) -> bn(affine=false) > }
reference! { bn_cumulative_train, train, < 3x4x5 -> bn(momentum=none) > }
reference! { bn_cumulative_between_train, train, < 2x5x6 -> conv(18, 3x3) -> bn(momentum=none) -> relu -> conv(3, 3x3) -> bn > }
reference! { bn_vector_train, train, < 5 -> dense(4) -> bn > }
reference! { bn_vector_eval, eval, < 5 -> dense(4) -> bn > }
reference! { conv_bn_relu_train, train, < 2x5x6 -> conv(4, 3x3, pad=1, bias=false) -> bn -> relu > }
reference! { conv_bn_relu_eval, eval, < 2x5x6 -> conv(4, 3x3, pad=1) -> bn -> relu > }
reference! { dropout_eval, eval, < 2x3x4 -> dropout(0.5) > }
reference! { dropout2d_eval, eval, < 2x3x4 -> dropout2d(0.5) > }
reference! { drop_path_eval, eval, < 2x3x4 -> drop_path(0.5) > }
reference! { ln, train, < 5x3x4 -> ln > }
reference! { ln_eps, train, < 20x3x4 -> ln(eps=1e-3) > }
reference! { ln_affine_false, train, < 5x3x4 -> ln(affine=false) > }
reference! { ln_over_all, train, < 3x4x5 -> ln(over=all) > }
reference! { ln_vector, train, < 7 -> ln > }
reference! { gn, train, < 6x3x4 -> gn(3) > }
reference! { gn_one_eps, train, < 20x3x4 -> gn(1, eps=1e-3) > }
reference! { gn_whole_blocks, train, < 64x3x2 -> gn(2) > }
reference! { gn_affine_false, train, < 24x3x4 -> gn(4, affine=false) > }
reference! { gn_vector, train, < 12 -> gn(3) > }
reference! { gn_images_19, train, < 6x3x4 -> gn(2) > }
reference! { instancenorm, train, < 5x4x6 -> instancenorm > }
reference! { instancenorm_affine, train, < 20x4x6 -> instancenorm(affine=true, eps=1e-3) > }
reference! { lrn, train, < 7x3x4 -> lrn(5) > }
reference! { lrn_alexnet, train, < 36x3x4 -> lrn(5, alpha=5e-1, beta=0.75, k=2) > }
reference! { lrn_even, train, < 20x3x4 -> lrn(4, alpha=1, beta=1.25) > }
reference! { lrn_wide, train, < 40x3x4 -> lrn(51, alpha=1) > }
reference! { lrn_images_19, train, < 7x3x4 -> lrn(3, alpha=1) > }
reference! { ln_images_19, train, < 5x3x4 -> ln > }
reference! { pointwise, train, < 5x3x4 -> pointwise(6) > }
reference! { pointwise_no_bias, train, < 20x3x4 -> pointwise(18, bias=false) > }
reference! { split_first, train, < 6x3x4 -> split(3, 0) > }
reference! { split_last, train, < 40x3x4 -> split(2, 1) > }
reference! { split_whole_blocks, train, < 48x3x4 -> split(3, i=1) > }
reference! { split_vector, train, < 6 -> split(2, 1) > }
reference! { shuffle, train, < 6x3x4 -> shuffle(3) > }
reference! { shuffle_2, train, < 58x3x4 -> shuffle(2) > }
reference! { scale, train, < 5x3x4 -> scale > }
reference! { scale_bias, train, < 20x3x4 -> scale(bias=true) > }
reference! { scale_vector, train, < 6 -> scale(bias=true) > }
reference! { scale_bare, train, < 3x4x5 -> gamma: scale(bare=true, init=constant(0.1)) > }
reference! { identity, train, < 2x3x4 -> identity > }
reference! { shuffle_unit_train, train, < 6x4x5 -> concat(split(2, 0) | split(2, 1) -> branch2: { conv(3, 1x1, bias=false) -> bn -> relu -> depthwise(3x3, pad=1, bias=false) -> bn -> conv(3, 1x1, bias=false) -> bn -> relu }) -> shuffle(2) > }
reference! { shuffle_unit_eval, eval, < 6x4x5 -> concat(split(2, 0) | split(2, 1) -> branch2: { conv(3, 1x1, bias=false) -> bn -> relu -> depthwise(3x3, pad=1, bias=false) -> bn -> conv(3, 1x1, bias=false) -> bn -> relu }) -> shuffle(2) > }
reference! { convnext_block_eval, eval, < 4x8x7 -> add(_ | block: { depthwise(7x7, pad=3) -> identity -> ln(eps=1e-6) -> pointwise(16) -> gelu -> pointwise(4) -> identity } -> layer_scale: scale(bare=true, init=constant(1e-6)) -> drop_path(0.2)) > }
reference! { convnext_block_train, train, < 4x8x7 -> add(_ | block: { depthwise(7x7, pad=3) -> identity -> ln(eps=1e-6) -> pointwise(16) -> gelu -> pointwise(4) -> identity } -> layer_scale: scale(bare=true, init=constant(1e-6))) > }
reference! { sigmoid, train, < 2x4x5 -> sigmoid > }
reference! { conv_sigmoid, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> sigmoid > }
reference! { tanh, train, < 2x4x5 -> tanh > }
reference! { conv_tanh, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> tanh > }
reference! { tanh_scaled, train, < 2x4x5 -> tanh(scale=1.7159, slope=2.0/3.0) > }
reference! { conv_tanh_scaled, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> tanh(scale=1.7159, slope=2.0/3.0) > }
reference! { relu, train, < 2x4x5 -> relu > }
reference! { conv_relu, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> relu > }
reference! { relu6, train, < 2x4x5 -> relu6 > }
reference! { conv_relu6, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> relu6 > }
reference! { leaky_relu, train, < 2x4x5 -> leaky_relu > }
reference! { conv_leaky_relu, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> leaky_relu > }
reference! { leaky_relu_0_2, train, < 2x4x5 -> leaky_relu(0.2) > }
reference! { conv_leaky_relu_0_2, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> leaky_relu(0.2) > }
reference! { prelu, train, < 2x4x5 -> prelu > }
reference! { conv_prelu, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> prelu > }
reference! { elu, train, < 2x4x5 -> elu > }
reference! { conv_elu, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> elu > }
reference! { elu_0_5, train, < 2x4x5 -> elu(0.5) > }
reference! { conv_elu_0_5, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> elu(0.5) > }
reference! { selu, train, < 2x4x5 -> selu > }
reference! { conv_selu, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> selu > }
reference! { gelu, train, < 2x4x5 -> gelu > }
reference! { conv_gelu, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> gelu > }
reference! { gelu_tanh, train, < 2x4x5 -> gelu(approx=tanh) > }
reference! { conv_gelu_tanh, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> gelu(approx=tanh) > }
reference! { silu, train, < 2x4x5 -> silu > }
reference! { conv_silu, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> silu > }
reference! { mish, train, < 2x4x5 -> mish > }
reference! { conv_mish, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> mish > }
reference! { hardsigmoid, train, < 2x4x5 -> hardsigmoid > }
reference! { conv_hardsigmoid, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> hardsigmoid > }
reference! { hardswish, train, < 2x4x5 -> hardswish > }
reference! { conv_hardswish, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> hardswish > }
reference! { rescale, train, < 2x4x5 -> rescale(-0.3) > }
reference! { conv_rescale, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> rescale(-0.3) > }
reference! { softplus, train, < 2x4x5 -> softplus > }
reference! { conv_softplus, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> softplus > }
reference! { softplus_2_5, train, < 2x4x5 -> softplus(beta=2, threshold=5) > }
reference! { conv_softplus_2_5, train, < 2x4x5 -> conv(3, 3x3, pad=1) -> softplus(beta=2, threshold=5) > }
reference! { prelu_per_channel, train, < 3x4x5 -> prelu(per_channel=true) > }
reference! { dense_tanh, train, < 6 -> dense(4) -> tanh > }
reference! { softmax, train, < 6 -> softmax > }
reference! { log_softmax, train, < 6 -> log_softmax > }
reference! { softmax_volume, train, < 4x2x3 -> softmax > }
reference! { log_softmax_volume, train, < 4x2x3 -> log_softmax > }
reference! { softmax_large_inputs, train, < 5 -> softmax > }
reference! { log_softmax_large_inputs, train, < 5 -> log_softmax > }
reference! { add_unchanged, train, < 3x4x5 -> add(_ | branch: conv(3, 3x3, pad=1)) > }
reference! { add_three, train, < 2x4x5 -> add(conv(3, 1x1) -> tanh | conv(3, 3x3, pad=1) | conv(3, 5x5, pad=2) -> sigmoid) > }
reference! { concat, train, < 2x4x5 -> concat(_ | narrow: conv(3, 1x1) | wide: conv(4, 3x3, pad=1) -> relu) > }
reference! { concat_vectors, train, < 5 -> concat(a: dense(3) | b: dense(2) -> tanh) > }
reference! { concat_skip, train, < 2x4x5 -> d1: conv(3, 3x3, pad=1) -> d2: conv(5, 3x3, pad=1) -> tanh -> concat(_ | d1) -> last: conv(2, 1x1) > }
reference! { mul, train, < 2x4x5 -> mul(conv1: conv(3, 3x3, pad=1) | gate: conv(3, 3x3, pad=1) -> sigmoid) > }
reference! { mul_broadcast, train, < 3x4x5 -> mul(_ | global_avgpool -> gate: conv(3, 1x1) -> sigmoid) > }
reference! { mul_squeeze_excite, train, < 6x4x5 -> mul(_ | global_avgpool -> reduce: conv(2, 1x1) -> relu -> expand: conv(6, 1x1) -> sigmoid) > }
reference! { mul_spatial, train, < 3x4x5 -> mul(_ | gate: conv(1, 3x3, pad=1) -> sigmoid) > }
reference! { mul_spatial_first, train, < 18x4x5 -> mul(gate: conv(1, 3x3, pad=1) -> sigmoid | _ | channels: conv(18, 4x5) -> tanh) > }
reference! { add_broadcast, train, < 3x4x5 -> add(_ | pixels: conv(1, 1x1) | channels: conv(3, 4x5) | one: conv(1, 4x5)) -> tanh > }
reference! { add_outer, train, < 2x4x5 -> add(channels: conv(20, 4x5) | pixels: conv(1, 3x3, pad=1)) -> tanh -> conv(3, 3x3) > }
reference! { mul_outer, train, < 2x4x5 -> mul(channels: conv(20, 4x5) | pixels: conv(1, 3x3, pad=1)) -> conv(3, 3x3) > }
reference! { nested_branches, train, < 3x4x5 -> add(_ | concat(a: conv(1, 1x1) | add(b: conv(2, 1x1) | c: conv(2, 3x3, pad=1)))) > }
reference! { basic_block_train, train, < 4x6x7 -> add(conv1: conv(6, 3x3, stride=2, pad=1, bias=false) -> bn1: bn -> relu -> conv2: conv(6, 3x3, pad=1, bias=false) -> bn2: bn | downsample: { conv(6, 1x1, stride=2, bias=false) -> bn }) -> relu > }
reference! { basic_block_eval, eval, < 4x6x7 -> add(conv1: conv(6, 3x3, stride=2, pad=1, bias=false) -> bn1: bn -> relu -> conv2: conv(6, 3x3, pad=1, bias=false) -> bn2: bn | downsample: { conv(6, 1x1, stride=2, bias=false) -> bn }) -> relu > }
reference! { lenet, train, < 1x28x28 -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2) -> conv(16, 5x5) -> sigmoid -> avgpool(2) -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10) > }
reference! { small_vgg_train, train, { inline block stage(f, n) { { conv(f, 3x3, pad=1) -> bn -> relu } * n -> maxpool(2) } } < 3x8x8 -> features: { stage(4, 2) -> stage(8, 2) } -> flatten -> classifier: { dense(16) -> relu -> dense(5) } > }
reference! { small_vgg_eval, eval, { inline block stage(f, n) { { conv(f, 3x3, pad=1) -> bn -> relu } * n -> maxpool(2) } } < 3x8x8 -> features: { stage(4, 2) -> stage(8, 2) } -> flatten -> classifier: { dense(16) -> relu -> dropout(0.5) -> dense(5) } > }

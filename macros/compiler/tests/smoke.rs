#[test]
fn x() {
    let t = std::env::var("DSL").unwrap_or("pub struct LeNet< 1x28x28 -> conv(6, 5x5, pad=2) -> sigmoid -> avgpool(2) -> conv(16, 5x5) -> sigmoid -> avgpool(2) -> flatten -> dense(120) -> sigmoid -> dense(84) -> sigmoid -> dense(10) >;".into());
    match cnn_compiler::compile(&t) {
        Ok(n) => println!("{}", cnn_compiler::summary::table(&n[0])),
        Err(m) => {
            for m in m {
                println!("error: {}", m.text)
            }
        }
    }
    if std::env::var("SRC").is_ok() {
        println!("{}", cnn_compiler::expand(t.parse().unwrap()));
    }
}

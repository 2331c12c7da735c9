#[cfg(feature = "ssr")]
#[tokio::main]
async fn main() -> Result<(), vestibule::ssr::ServeError> {
    use own_login::app::{App, shell};

    vestibule::ssr::serve("own-login", App, shell).await
}

#[cfg(not(feature = "ssr"))]
fn main() {}

#[cfg(feature = "ssr")]
#[tokio::main]
async fn main() -> Result<(), vestibule::ssr::ServeError> {
    use existing_app::app::{App, shell};

    vestibule::ssr::serve("existing-app", App, shell).await
}

#[cfg(not(feature = "ssr"))]
fn main() {}

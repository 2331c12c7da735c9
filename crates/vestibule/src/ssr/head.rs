//! What the page's `<head>` needs to look right and come alive: style sheet, accent colour, scripts with their nonce.

use leptos::prelude::*;

use super::PageRequest;

/// The style sheet, the configured accent colour, and the scripts that start the browser's half. It stands in the
/// `<head>` of the application's `shell`.
///
/// It takes the place of Leptos's `<HydrationScripts>` and `<HashedStylesheet>`: the names of the files are known since
/// the start, and the nonce stands in `nonce` attributes alone, which scripts cannot read.
#[component]
pub fn PageHead() -> impl IntoView {
    PageRequest::current().map(|request| {
        let assets = request.assets();
        let nonce = request.nonce().cloned();
        let accent = request.locale().login_form().accent.as_deref().filter(|accent| is_colour(accent));
        let accent = accent.map(|accent| {
            let rule = format!(":root{{--accent:{accent}}}");
            view! { <style nonce=nonce.clone()>{rule}</style> }
        });
        let start = format!(
            "import({script:?}).then(module=>module.default({{module_or_path:{wasm:?}}}).then(()=>module.hydrate()))",
            script = assets.script,
            wasm = assets.wasm
        );
        view! {
            <link rel="stylesheet" id="leptos" href=assets.style.clone()/>
            {accent}
            <link rel="modulepreload" href=assets.script.clone() nonce=nonce.clone()/>
            <link rel="preload" href=assets.wasm.clone() r#as="fetch" r#type="application/wasm" crossorigin=""/>
            <script type="module" nonce=nonce>{start}</script>
            <AutoReload options=request.options().clone()/>
        }
    })
}

/// `#rgb` or `#rrggbb`: it is written into a style sheet, so nothing else is believed.
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| matches!(digits.len(), 3 | 6) && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests;

//! How the page is drawn, where that is left to us: on Linux.
//!
//! WebKitGTK draws through OpenGL. Where there is no graphics card (a virtual machine, a container, a screen far away)
//! the processor plays one: every layer is kept several times over and put together pixel by pixel, which costs more than
//! 60 MiB and makes each change slower than drawing it at once. So there it is told to.

use std::path::Path;

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebView, WebViewExt};

/// Where the kernel shows what can draw.
const CARDS: &str = "/dev/dri";
/// What a card that can draw is called there; one that only shows a picture is called otherwise.
const DRAWS: &str = "renderD";

/// Lets the console's page be drawn without a graphics card where there is none.
///
/// # Errors
/// When the window is gone.
pub(crate) fn suit_the_machine(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|view| suit(&view.inner()))
}

/// The same for any view.
pub(crate) fn suit(view: &WebView) {
    if !has_a_card(Path::new(CARDS))
        && let Some(settings) = WebViewExt::settings(view)
    {
        settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
    }
}

fn has_a_card(place: &Path) -> bool {
    std::fs::read_dir(place).is_ok_and(|cards| {
        cards
            .filter_map(Result::ok)
            .any(|card| card.file_name().to_string_lossy().starts_with(DRAWS))
    })
}

#[cfg(test)]
mod tests {
    use super::has_a_card;

    #[test]
    fn a_card_is_one_that_draws() {
        let place = tempfile::tempdir().expect("a folder");
        assert!(!has_a_card(&place.path().join("none")));
        std::fs::write(place.path().join("card0"), "").expect("written");
        assert!(!has_a_card(place.path()));
        std::fs::write(place.path().join("renderD128"), "").expect("written");
        assert!(has_a_card(place.path()));
    }
}

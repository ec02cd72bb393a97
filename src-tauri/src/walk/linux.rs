//! The window by GTK and WebKitGTK themselves. Tauri would put its own script and its message handler into the view.

use gtk::gdk::{ModifierType, keys};
use gtk::glib::{MainContext, Propagation};
use gtk::prelude::{
    Cast as _, ContainerExt as _, GtkWindowExt as _, ObjectExt as _, WidgetExt as _,
};
use gtk::{Window, WindowType};
use tauri::{AppHandle, Manager as _};
use tokio::sync::oneshot;
use webkit2gtk::{
    NavigationPolicyDecision, NavigationPolicyDecisionExt as _, NavigationType,
    PermissionRequestExt as _, PolicyDecision, PolicyDecisionExt as _, PolicyDecisionType,
    Settings, URIRequestExt as _, UserContentManager, WebContext, WebView, WebViewExt,
};

use super::{Asked, News, SIZE, Teller, Way, goes};
use crate::window::MAIN;

/// Opens it, soon: windows are made by the thread that draws them.
pub(super) fn open(
    app: &AppHandle,
    way: Way,
    teller: Teller,
    close: oneshot::Receiver<()>,
) -> tauri::Result<()> {
    let console = app.get_webview_window(MAIN);
    let console = console.ok_or(tauri::Error::WindowNotFound)?;
    console.with_webview(move |console| show(&console.inner(), way, teller, close))
}

fn show(console: &WebView, way: Way, teller: Teller, close: oneshot::Receiver<()>) {
    let window = Window::new(WindowType::Toplevel);
    window.set_title(&way.title());
    window.set_default_size(SIZE.0.into(), SIZE.1.into());
    let of_console = console
        .toplevel()
        .and_then(|it| it.downcast::<Window>().ok());
    window.set_icon(of_console.and_then(|it| it.icon()).as_ref());
    let view = view(console);
    let start = way.start().as_str().to_owned();
    let listening = teller.clone();
    view.connect_decide_policy(move |_, decision, kind| decide(&way, &listening, decision, kind));
    // Camera, place, notifications: no page of a sign-in needs one.
    view.connect_permission_request(|_, request| {
        request.deny();
        true
    });
    let of_view = window.downgrade();
    view.connect_close(move |_| {
        if let Some(window) = of_view.upgrade() {
            window.close();
        }
    });
    window.add(&view);
    window.connect_key_press_event(|window, key| {
        let control = key.state().contains(ModifierType::CONTROL_MASK);
        if control && key.keyval() == keys::constants::w {
            window.close();
            return Propagation::Stop;
        }
        Propagation::Proceed
    });
    window.connect_destroy(move |_| teller.tell(News::Closed));
    let from_here = window.downgrade();
    MainContext::default().spawn_local(async move {
        // Whether it was said or dropped: nobody wants the window any more.
        let _ = close.await;
        if let Some(window) = from_here.upgrade() {
            window.close();
        }
    });
    view.load_uri(&start);
    window.show_all();
    view.grab_focus();
    window.present();
}

/// A view with no storage but its own, which ends with it, and no messages to us.
fn view(console: &WebView) -> WebView {
    let driven = console.is_controlled_by_automation();
    // A program of its own, where not even the console's schemes exist. WebKit lets a driver see one context only.
    let context = if driven { console.context() } else { None };
    let settings = Settings::builder()
        .enable_developer_extras(false)
        .enable_page_cache(false)
        .build();
    let view = WebView::builder()
        .web_context(&context.unwrap_or_else(WebContext::new_ephemeral))
        .is_ephemeral(true)
        .is_controlled_by_automation(driven)
        .user_content_manager(&UserContentManager::new())
        .settings(&settings)
        .build();
    crate::drawing::suit(&view);
    view
}

/// Asked before every navigation, redirects and frames among them; true when it was decided here.
fn decide(way: &Way, teller: &Teller, decision: &PolicyDecision, kind: PolicyDecisionType) -> bool {
    let Some(navigation) = decision.downcast_ref::<NavigationPolicyDecision>() else {
        return false;
    };
    let action = navigation.navigation_action();
    let url = action
        .as_ref()
        .and_then(|action| action.request()?.uri())
        .unwrap_or_default();
    let by_hand = action.is_some_and(|it| it.navigation_type() == NavigationType::LinkClicked);
    let further = kind == PolicyDecisionType::NewWindowAction;
    if goes(way, teller, &url, Asked { by_hand, further }) {
        decision.use_();
    } else {
        decision.ignore();
    }
    true
}

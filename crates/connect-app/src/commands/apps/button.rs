//! `apps_button`: "Connect with Loop" as /connect/branding has it (facts.md §13): 44 px high, radius 8 px, near black with
//! white text or white with dark text and a border, 40 % when disabled, and never other words.

use connect_rpc::apps as rpc;

use super::super::Answer;
use super::code::begins_at;
use super::find;
use crate::App;

const LABEL: &str = "Connect with Loop";
const CONNECTED: &str = "Connected to Loop";

/// A ring that stands in for Loop's own mark, which is not ours to hand out; 24 × 24.
const MARK: &str = r#"<path d="M18.75 6.4h-7.1a6 6 0 1 0 6 6" fill="none" stroke="currentColor" stroke-width="2.25" stroke-linecap="round"/>"#;

const RULES: [&str; 8] = [
    "The words are always \"Connect with Loop\", and \"Connected to Loop\" afterwards; never \"Sign in with Loop\", \"Log in with Loop\", \"Loop Auth\" or \"Logged in\".",
    "\"Loop\" has a capital L.",
    "The wordmark stands left of the words, is not recoloured, is at least 16 px tall and has 8 px of clear space. The ring in this code stands in for it: put Loop's own in its place.",
    "The icon for lists is 24 × 24: https://platform.loop.health/brand/connect-icon.svg.",
    "In a list of connected accounts Loop is as large as the others.",
    "No endorsement: not \"Powered by Loop\" or \"Official Loop App\" unless the app is in the Loop App Directory, and not \"Loop verified\" unless it was reviewed.",
    "No wordmark in the app's main marketing.",
    "Loop's own package is @platform/connect-button with ConnectWithLoopButton; this component takes the same props.",
];

pub(in crate::commands) async fn button(app: &App, request: rpc::ButtonOf) -> Answer<rpc::Button> {
    let href = match &request.client_id {
        None => None,
        Some(id) => begins_at(&find(app, id).await?.client),
    };
    let href = href.unwrap_or_else(|| "/login".to_owned());
    Ok(rpc::Button {
        label: LABEL.to_owned(),
        connected: CONNECTED.to_owned(),
        html: html(&href),
        react: react(&href),
        svg_dark: svg("#0a0a0a", "#0a0a0a", "#ffffff"),
        svg_light: svg("#ffffff", "#d4d4d4", "#0a0a0a"),
        rules: RULES.map(str::to_owned).to_vec(),
        href,
    })
}

/// A value of an attribute, in double quotes.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

fn html(href: &str) -> String {
    let anchor = |class: &str| {
        format!(
            "<a class=\"{class}\" href=\"{}\">\n  <svg viewBox=\"0 0 24 24\" width=\"24\" height=\"24\" aria-hidden=\"true\">{MARK}</svg>\n  {LABEL}\n</a>\n",
            attribute(href)
        )
    };
    format!(
        "{dark}
<!-- The light variant, for dark pages: -->
{light}
<style>
  .loop-connect {{
    display: inline-flex;
    align-items: center;
    gap: 8px;
    box-sizing: border-box;
    height: 44px;
    padding: 0 16px;
    border: 1px solid #0a0a0a;
    border-radius: 8px;
    background: #0a0a0a;
    color: #fff;
    font: 600 16px/1 system-ui, sans-serif;
    text-decoration: none;
    white-space: nowrap;
  }}
  .loop-connect--light {{
    border-color: #d4d4d4;
    background: #fff;
    color: #0a0a0a;
  }}
  .loop-connect:focus-visible {{
    outline: 2px solid #2563eb;
    outline-offset: 2px;
  }}
  .loop-connect[aria-disabled=\"true\"] {{
    opacity: 0.4;
    pointer-events: none;
  }}
</style>
",
        dark = anchor("loop-connect"),
        light = anchor("loop-connect loop-connect--light"),
    )
}

fn react(href: &str) -> String {
    // JSX writes attributes of SVG in its own way.
    let mark = MARK
        .replace("stroke-width", "strokeWidth")
        .replace("stroke-linecap", "strokeLinecap");
    format!(
        "import type {{ CSSProperties }} from \"react\";

type Props = {{
  href: string;
  size?: \"default\";
  variant?: \"dark\" | \"light\";
  disabled?: boolean;
}};

const COLOURS = {{
  dark: {{ background: \"#0a0a0a\", color: \"#fff\", borderColor: \"#0a0a0a\" }},
  light: {{ background: \"#fff\", color: \"#0a0a0a\", borderColor: \"#d4d4d4\" }},
}} satisfies Record<string, CSSProperties>;

const SHAPE: CSSProperties = {{
  display: \"inline-flex\",
  alignItems: \"center\",
  gap: 8,
  boxSizing: \"border-box\",
  height: 44,
  padding: \"0 16px\",
  borderWidth: 1,
  borderStyle: \"solid\",
  borderRadius: 8,
  font: \"600 16px/1 system-ui, sans-serif\",
  textDecoration: \"none\",
  whiteSpace: \"nowrap\",
}};

/** <ConnectWithLoopButton href={{{href:?}}} /> */
export function ConnectWithLoopButton({{ href, variant = \"dark\", disabled = false }}: Props) {{
  return (
    <a
      href={{disabled ? undefined : href}}
      role={{disabled ? \"link\" : undefined}}
      aria-disabled={{disabled || undefined}}
      style={{{{ ...SHAPE, ...COLOURS[variant], opacity: disabled ? 0.4 : 1 }}}}
    >
      <svg viewBox=\"0 0 24 24\" width={{24}} height={{24}} aria-hidden=\"true\">
        {mark}
      </svg>
      {LABEL}
    </a>
  );
}}
"
    )
}

fn svg(background: &str, border: &str, ink: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"212\" height=\"44\" viewBox=\"0 0 212 44\" role=\"img\" aria-label=\"{LABEL}\" color=\"{ink}\">
  <title>{LABEL}</title>
  <rect x=\"0.5\" y=\"0.5\" width=\"211\" height=\"43\" rx=\"8\" fill=\"{background}\" stroke=\"{border}\"/>
  <g transform=\"translate(16 10)\">{MARK}</g>
  <text x=\"48\" y=\"27.5\" fill=\"currentColor\" font-family=\"system-ui, sans-serif\" font-size=\"16\" font-weight=\"600\">{LABEL}</text>
</svg>
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_stays_a_link_whatever_is_in_it() {
        let html = html("http://localhost/\"><script>alert(1)</script>");
        assert!(!html.contains("<script>"), "{html}");
        assert_eq!(html.matches(LABEL).count(), 2);
    }
}

//! The SVG itself: its few shapes, their colours, texts escaped and wrapped. Knows nothing of steps.

use message::Language;

/// An SVG document being written.
pub(super) struct Paper {
    svg: String,
}

/// Attributes of a text of each class; a style sheet may replace the colours.
const TEXTS: &[(&str, &str)] = &[
    (
        "unit",
        r##"font-weight="600" text-anchor="middle" fill="#1d2733""##,
    ),
    ("action", r##"fill="#1d2733""##),
    ("time", r##"font-size="12" fill="#4a5868""##),
    (
        "median",
        r##"font-size="12" font-weight="600" fill="#0b5cad""##,
    ),
    ("condition", r##"font-size="12" fill="#4a5868""##),
    (
        "refusal",
        r##"font-size="12" font-weight="600" fill="#a02417""##,
    ),
    (
        "result",
        r##"font-size="12" font-weight="600" fill="#1a6b36""##,
    ),
];

impl Paper {
    pub(super) fn new(
        width: u32,
        height: u32,
        language: Language,
        title: &str,
        told: &str,
    ) -> Self {
        let (title, told, language) = (escaped(title), escaped(told), language.as_str());
        let svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" class="drawing" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" lang="{language}" aria-labelledby="drawing-title drawing-told" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13">
<title id="drawing-title">{title}</title>
<desc id="drawing-told">{told}</desc>
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path class="tip" d="M0 0 8 4 0 8z" fill="#4a5868"/></marker></defs>
<rect class="paper" width="{width}" height="{height}" fill="#ffffff"/>
"##
        );
        Self { svg }
    }

    pub(super) fn lane(&mut self, left: u32, width: u32, height: u32, even: bool) {
        let (class, fill) = if even {
            ("lane even", "#f3f5f8")
        } else {
            ("lane", "#ffffff")
        };
        self.write(&format!(
            r#"<rect class="{class}" x="{left}" y="0" width="{width}" height="{height}" fill="{fill}"/>"#
        ));
    }

    pub(super) fn step(&mut self, class: &str, x: u32, y: u32, width: u32, height: u32) {
        let line = match class {
            "step refusal" => r##"stroke="#a02417" stroke-width="1.5""##,
            "step result" => r##"stroke="#1a6b36" stroke-width="1.5""##,
            "step outside" => r##"stroke="#7b8794" stroke-dasharray="4 3""##,
            _ => r##"stroke="#7b8794""##,
        };
        self.write(&format!(
            r##"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="#ffffff" {line}/>"##
        ));
    }

    pub(super) fn text(&mut self, class: &str, x: u32, y: u32, text: &str) {
        let look = TEXTS.iter().find(|(name, _)| *name == class);
        let look = look.map_or("", |(_, look)| look);
        let text = escaped(text);
        self.write(&format!(
            r#"<text class="{class}" x="{x}" y="{y}" {look}>{text}</text>"#
        ));
    }

    /// A line through `points`, with a tip at its end.
    pub(super) fn arrow(&mut self, points: &[(u32, u32)]) {
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x} {y}")).collect();
        let path = path.join(" L");
        self.write(&format!(
            r##"<path class="arrow" d="M{path}" fill="none" stroke="#4a5868" stroke-linejoin="round" marker-end="url(#tip)"/>"##
        ));
    }

    pub(super) fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }

    fn write(&mut self, element: &str) {
        self.svg.push_str(element);
        self.svg.push('\n');
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}

/// The words of `text` in lines of at most `width` characters; a longer word has a line of its own.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = lines
            .last()
            .is_some_and(|line| line.chars().count() + 1 + word.chars().count() <= width);
        match lines.last_mut().filter(|_| fits) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_lose_none() {
        let lines = wrap("one two three fourteen", 7);
        assert_eq!(lines, ["one two", "three", "fourteen"]);
        assert!(wrap("", 7).is_empty());
    }

    #[test]
    fn no_text_becomes_markup() {
        assert_eq!(escaped(r#"<a b="c">&"#), "&lt;a b=&quot;c&quot;&gt;&amp;");
    }
}

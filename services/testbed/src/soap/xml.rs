//! Writing XML by hand: elements in a strict order, and texts escaped.

/// A document under way.
pub(crate) struct Xml(String);

impl Xml {
    /// A document of one element with a namespace, whose children have none.
    pub(crate) fn document(
        prefix_and_name: &str,
        namespace: &str,
        inside: impl FnOnce(&mut Self),
    ) -> String {
        let prefix = prefix_and_name.split(':').next().unwrap_or_default();
        let mut xml = Self(format!(
            "<{prefix_and_name} xmlns:{prefix}=\"{namespace}\">"
        ));
        inside(&mut xml);
        xml.0.extend(["</", prefix_and_name, ">"]);
        xml.0
    }

    pub(crate) fn within(&mut self, name: &str, inside: impl FnOnce(&mut Self)) {
        self.0.extend(["<", name, ">"]);
        inside(self);
        self.0.extend(["</", name, ">"]);
    }

    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.within(name, |xml| {
            for char in text.chars() {
                match char {
                    '&' => xml.0.push_str("&amp;"),
                    '<' => xml.0.push_str("&lt;"),
                    '>' => xml.0.push_str("&gt;"),
                    char => xml.0.push(char),
                }
            }
        });
    }

    /// A word of a dictionary: its code, and its name in both languages.
    pub(crate) fn coded(&mut self, name: &str, [code, ru, kk]: [&str; 3]) {
        self.within(name, |xml| {
            xml.text("code", code);
            xml.text("nameRu", ru);
            xml.text("nameKz", kk);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_says_what_was_meant() {
        let text = Xml::document("a:b", "urn:c", |xml| {
            xml.text("d", "1 < 2 & 3 > 2");
            xml.coded("e", ["398", "Казахстан", "Қазақстан"]);
        });
        let read = xmldsig::Document::parse(text.as_bytes(), &xmldsig::Limits::default()).unwrap();
        let root = read.unverified();
        assert!(root.is("urn:c", "b"));
        assert_eq!(root.only("d").unwrap().text(), "1 < 2 & 3 > 2");
        assert_eq!(
            root.only("e").unwrap().only("nameKz").unwrap().text(),
            "Қазақстан"
        );
    }
}

//! What was read: the text, and in one list where its values stand.

/// A text that was found to be JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(super) text: String,
    /// Texts with escapes, without them, one after another.
    pub(super) unescaped: String,
    /// All values in the order of the text, each key before its value, a container before what is in it.
    pub(super) nodes: Vec<Node>,
}

/// A value, or the key before one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) kind: Kind,
    /// Number, text: the first byte. Array, object: how many values are right in it.
    pub(super) from: usize,
    /// Number, text: behind the last byte. Array, object: the node behind all that is in it.
    pub(super) to: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Number,
    /// As it stands in the text.
    Text,
    /// As it stands among the unescaped.
    Unescaped,
    Array,
    Object,
}

/// A value of a document; as small as a reference.
#[derive(Debug, Clone, Copy)]
pub struct Value<'d> {
    pub(super) document: &'d Document,
    /// Its node.
    pub(super) at: usize,
}

/// The values of an array, in their order.
#[derive(Debug, Clone)]
pub struct Array<'d> {
    next: Value<'d>,
    left: usize,
}

/// The members of an object, in their order; each key stands there once.
#[derive(Debug, Clone)]
pub struct Object<'d>(Members<'d>);

/// The same, each key as the value that it would be.
#[derive(Debug, Clone)]
pub(super) struct Members<'d> {
    next: Value<'d>,
    left: usize,
}

impl Document {
    /// The value that the text is.
    pub fn value(&self) -> Value<'_> {
        Value { document: self, at: 0 }
    }

    /// The text as it was read.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl<'d> Value<'d> {
    /// The member of that name, where this is an object that has one.
    pub fn get(self, name: &str) -> Option<Value<'d>> {
        self.members().find(|(key, _)| key.bytes() == name.as_bytes()).map(|(_, value)| value)
    }

    /// Is it `null`?
    pub fn is_null(self) -> bool {
        self.node().kind == Kind::Null
    }

    /// `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        if let Kind::Bool(value) = self.node().kind { Some(value) } else { None }
    }

    /// A text.
    pub fn as_str(self) -> Option<&'d str> {
        let Node { kind, from, to } = self.node();
        match kind {
            Kind::Text => self.document.text.get(from..to),
            Kind::Unescaped => self.document.unescaped.get(from..to),
            _ => None,
        }
    }

    /// A number in the digits in which it was written, which say how exact it is.
    pub fn as_number(self) -> Option<&'d str> {
        let Node { kind, from, to } = self.node();
        if kind == Kind::Number { self.document.text.get(from..to) } else { None }
    }

    /// A number that was written as an integer, without sign, fraction and exponent, and fits.
    pub fn as_u64(self) -> Option<u64> {
        self.as_number()?.parse().ok()
    }

    /// The `f64` nearest to a number, or its neighbour.
    pub fn as_f64(self) -> Option<f64> {
        serde_json::from_str(self.as_number()?).ok()
    }

    /// The values of an array.
    pub fn as_array(self) -> Option<Array<'d>> {
        let node = self.node();
        (node.kind == Kind::Array).then_some(Array { next: self.at(self.at + 1), left: node.from })
    }

    /// The members of an object.
    pub fn as_object(self) -> Option<Object<'d>> {
        (self.node().kind == Kind::Object).then(|| Object(self.members()))
    }

    /// The members of an object; of anything else none.
    pub(super) fn members(self) -> Members<'d> {
        let node = self.node();
        Members { next: self.at(self.at + 1), left: if node.kind == Kind::Object { node.from } else { 0 } }
    }

    /// Of a text its bytes, of a number its digits.
    pub(super) fn bytes(self) -> &'d [u8] {
        let Node { kind, from, to } = self.node();
        let text = if kind == Kind::Unescaped { &self.document.unescaped } else { &self.document.text };
        text.as_bytes().get(from..to).unwrap_or_default()
    }

    /// A text that came without an escape, with the quotation marks around it.
    pub(super) fn quoted(self) -> Option<&'d [u8]> {
        let Node { kind, from, to } = self.node();
        if kind == Kind::Text { self.document.text.as_bytes().get(from - 1..to + 1) } else { None }
    }

    pub(super) fn node(self) -> Node {
        self.document.nodes[self.at]
    }

    fn at(self, at: usize) -> Value<'d> {
        Value { at, ..self }
    }

    /// The value behind this one and all that is in it.
    fn after(self) -> Value<'d> {
        let node = self.node();
        self.at(if matches!(node.kind, Kind::Array | Kind::Object) { node.to } else { self.at + 1 })
    }
}

impl<'d> Iterator for Array<'d> {
    type Item = Value<'d>;

    fn next(&mut self) -> Option<Value<'d>> {
        self.left = self.left.checked_sub(1)?;
        let value = self.next;
        self.next = value.after();
        Some(value)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Array<'_> {}

impl<'d> Iterator for Members<'d> {
    type Item = (Value<'d>, Value<'d>);

    fn next(&mut self) -> Option<(Value<'d>, Value<'d>)> {
        self.left = self.left.checked_sub(1)?;
        let key = self.next;
        let value = key.at(key.at + 1);
        self.next = value.after();
        Some((key, value))
    }
}

impl<'d> Iterator for Object<'d> {
    type Item = (&'d str, Value<'d>);

    fn next(&mut self) -> Option<(&'d str, Value<'d>)> {
        self.0.next().map(|(key, value)| (key.as_str().unwrap_or_default(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.left, Some(self.0.left))
    }
}

impl ExactSizeIterator for Object<'_> {}

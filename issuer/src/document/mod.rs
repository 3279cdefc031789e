//! The certificate on paper: one PDF of an A4 sheet or a bank card, Vietnamese and English, with the QR codes of the
//! certificates that were issued for a dose.
//!
//! What is printed is decoded from the released texts themselves, so that the paper cannot say anything that is not
//! signed. [`render`] is pure: the same certificates give the same bytes, whenever they are asked for. The document is
//! tagged for screen readers (PDF/UA-1), embeds its fonts, and draws the QR codes as shapes, not as pictures.

mod a4;
mod canvas;
mod card;
mod content;
mod face;
mod grid;
mod symbol;
mod words;

#[cfg(test)]
mod tests;

use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{Node, TagTree};
use krilla::{Document, SerializeSettings};
use specs::hcert;
use specs::qr;
use specs::signer_list::Environment;
use specs::time::{Date, UnixTime};

use crate::api::{DocumentKind, Issued, Profile};
use canvas::{Canvas, points};
use content::Content;

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no certificate to print.
    #[error("there is no certificate to print")]
    Nothing,
    /// A text cannot be read back.
    #[error("the {profile} certificate cannot be read: {}", .error.code())]
    Certificate {
        /// Which one.
        profile: Profile,
        /// What its reader said.
        error: hcert::Error,
    },
    /// A text is not what it is filed as: of another kind, with another identifier, not of a vaccination, without times.
    #[error("the {profile} certificate is not what it is filed as ({field})")]
    Misfiled {
        /// Which one.
        profile: Profile,
        /// What differs: `content`, `entry`, `id`, `iat`, `exp`.
        field: &'static str,
    },
    /// The two certificates of the dose do not say the same.
    #[error("the certificates of this dose differ in their {field}")]
    Differ {
        /// In what: `name`, `birth_date`, `disease`, `vaccine`, `product`, `manufacturer`, `dose_number`, `date`.
        field: &'static str,
    },
    /// A text cannot become a QR symbol.
    #[error("the QR code cannot be drawn: {0}")]
    Qr(#[from] qr::Error),
    /// The symbol's modules would be smaller than a camera can read from this paper.
    #[error("a QR code of {modules} modules is too dense for this paper")]
    QrTooDense {
        /// Modules along one side, without quiet zone.
        modules: usize,
    },
    /// The words do not fit on the paper even at the smallest legible size.
    #[error("the words do not fit on the paper")]
    DoesNotFit,
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Pdf(&'static str),
}

impl Error {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Nothing => "document-nothing",
            Self::Certificate { .. } => "document-certificate",
            Self::Misfiled { .. } => "document-misfiled",
            Self::Differ { .. } => "document-differ",
            Self::Qr(_) => "document-qr",
            Self::QrTooDense { .. } => "document-qr-too-dense",
            Self::DoesNotFit => "document-does-not-fit",
            Self::Pdf(_) => "document-pdf",
        }
    }
}

/// The PDF of a dose's certificates. Certificates of a demonstration say so all over the paper.
///
/// # Errors
/// [`Error`]. Nothing that was issued by this crate gives one; a damaged store may.
pub fn render(issued: &Issued, environment: Environment, kind: DocumentKind) -> Result<Vec<u8>, Error> {
    let content = Content::read(issued, environment == Environment::Demo)?;
    let pages = match kind {
        DocumentKind::A4 => vec![a4::lay_out(&content)?],
        DocumentKind::Card => card::lay_out(&content)?,
    };
    write(&content, kind, pages)
}

/// One page, laid out: nothing can go wrong in drawing it.
struct Page<'a> {
    /// Width and height in millimetres.
    size: (f32, f32),
    /// What the table of contents calls it.
    title: String,
    draw: Box<dyn FnOnce(&mut Canvas<'_>) + 'a>,
}

fn write(content: &Content, kind: DocumentKind, pages: Vec<Page<'_>>) -> Result<Vec<u8>, Error> {
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|_| Error::Pdf("configuration"))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    document.set_metadata(metadata(content, kind));
    let mut nodes: Vec<Node> = Vec::new();
    let mut outline = Outline::new();
    for (index, Page { size: (width, height), title, draw }) in pages.into_iter().enumerate() {
        let settings = PageSettings::from_wh(points(width), points(height)).ok_or(Error::Pdf("page size"))?;
        let mut page = document.start_page_with(settings);
        let mut canvas = Canvas::new(page.surface());
        draw(&mut canvas);
        nodes.extend(canvas.finish());
        page.finish();
        outline.push_child(OutlineNode::new(title, XyzDestination::new(index, Point::from_xy(0.0, 0.0))));
    }
    document.set_outline(outline);
    document.set_tag_tree(TagTree::from(nodes).with_lang(Some("vi".to_owned())));
    // The library's own words may quote the text that it could not write.
    document.finish().map_err(|error| {
        Error::Pdf(match error {
            KrillaError::Font(..) => "font",
            KrillaError::Validation(_) => "validation",
            KrillaError::Limit(_) => "limit",
            _ => "document",
        })
    })
}

/// No name in here: titles show in windows and lists of files.
fn metadata(content: &Content, kind: DocumentKind) -> Metadata {
    let mut title = format!("{} – {}", words::TITLE.vi, words::TITLE.en);
    if content.demo {
        title.push_str(" – DEMO");
    }
    Metadata::new()
        .title(title)
        .language("vi".to_owned())
        .creator("Lá Chắn".to_owned())
        .creation_date(creation_date(content.issued_at))
        .document_id(format!("{} {}", content.id, kind.as_str()))
}

/// The instant of issue, so that the bytes do not depend on when the document was asked for.
fn creation_date(at: UnixTime) -> DateTime {
    let day = Date::at_utc(at);
    let seconds = at.0.rem_euclid(86_400);
    let part = |seconds: i64| u8::try_from(seconds).unwrap_or(0);
    DateTime::new(day.year())
        .month(day.month())
        .day(day.day())
        .hour(part(seconds / 3_600))
        .minute(part(seconds / 60 % 60))
        .second(part(seconds % 60))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

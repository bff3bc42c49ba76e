//! Invitations: a link that is used once and gives a member their own way in.

use core::time::Duration;

use dni_core::time::Millis;

use super::token::{Token, TokenKind};

/// How long an invitation is open: a week of holidays lies between an owner's and a member's mail.
pub const OPEN_FOR: Duration = Duration::from_hours(7 * 24);

/// The page of the console where an invitation is taken.
pub const PAGE: &str = "/console/join";

/// Makes the link that is sent to a member. The invitation stands behind `#`: so it is in no request, no log and no `Referer`.
///
/// ```
/// use edge_core::account::invitation;
/// use edge_core::account::token::{Token, TokenKind};
///
/// let link = invitation::link("https://dni.example.com", &Token::make(TokenKind::Invitation, [7; 32]));
/// assert_eq!(link, "https://dni.example.com/console/join#dni_invite_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
/// ```
pub fn link(public_url: &str, invitation: &Token) -> String {
    [public_url, PAGE, "#", invitation.text()].concat()
}

/// Reads what was put into the form: the invitation, or the whole link with it.
pub fn read(text: &str) -> Option<Token> {
    let (_, invitation) = text.trim().rsplit_once('#').unwrap_or(("", text.trim()));
    Token::parse(TokenKind::Invitation, invitation)
}

/// Says until when an invitation made now is open.
pub fn open_until(now: Millis) -> Millis {
    now.after(OPEN_FOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_read_alone_or_in_its_link() {
        let token = Token::make(TokenKind::Invitation, [9; 32]);
        let link = link("https://dni.example.com", &token);
        for text in [token.text().to_owned(), format!(" {} \n", token.text()), link.clone(), format!(" {link}")] {
            assert_eq!(read(&text).as_ref(), Some(&token), "{text}");
        }
        for text in ["", "#", "dni_invite_", "https://dni.example.com/console/join", &format!("{link}x")] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

//! Webmail that is known by its label: providers, companies and schools have it under names of their own.

use super::{is_country, is_second_level};

/// Labels of webmail beside those that end in `mail`: the programs' names, and what it is called elsewhere.
const LABELS: &[&str] = &[
    "correo",
    "courriel",
    "courrier",
    "exchange",
    "horde",
    "lightmailer",
    "mailbox",
    "mailer",
    "messagerie",
    "outlook",
    "owa",
    "pochta",
    "poczta",
    "posta",
    "roundcube",
    "sogo",
    "webmailer",
    "zimbra",
];
/// How mail programs begin the hosts that they send readers through.
const DEREFERRER: &str = "deref-";

/// Says whether a host's first label is one of webmail: `webmail1m`, `mail03`, `email`, `lightmailer-bs`. Digits and what stands
/// behind a hyphen count for nothing; a domain's own name is none of them (`mail.ru`), unless mail is read through it alone.
pub(super) fn is_webmail(host: &str) -> bool {
    let Some((label, behind)) = host.split_once('.') else { return false };
    let label = label.to_ascii_lowercase();
    if label.starts_with(DEREFERRER) {
        return true;
    }
    let head = label.split('-').next().unwrap_or_default().trim_end_matches(|one: char| one.is_ascii_digit());
    let is_mail = head.ends_with("mail") || head.starts_with("webmail") || LABELS.contains(&head) || label == "e-mail";
    is_mail && is_domain(behind)
}

/// Says whether a name is a domain that somebody has, and no mere ending such as `com` or `co.uk`.
fn is_domain(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((before, last)) => !(is_country(last) && is_second_level(before)),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels() {
        let mail = [
            "webmail.lakeside.example",
            "WebMail.lakeside.example",
            "webmail1m.lakeside.example",
            "webmail-eu.lakeside.co.uk",
            "mail.lakeside.example",
            "mail03.lakeside.com.br",
            "email.lakeside.example",
            "e-mail.lakeside.example",
            "mymail.lakeside.edu.au",
            "owa.harborbank.example",
            "owa2.harborbank.example",
            "lightmailer-bs.lakeside.example",
            "deref-lakeside-02.example",
            "roundcube.lakeside.example",
            "poczta.lakeside.pl",
            "correo.lago.com.mx",
            "messagerie2.lac.fr",
        ];
        for host in mail {
            assert!(is_webmail(host), "{host}");
        }
        let others = [
            "mail.example",
            "mail.co.uk",
            "mail.com.br",
            "mailorder.lakeside.example",
            "emailing.lakeside.example",
            "mailman-school.lakeside.example",
            "owatonna.lakeside.example",
            "www.lakeside.example",
            "lakeside.example",
            "deref.lakeside.example",
            "postal.lakeside.example",
            "mail",
            "",
            ".",
        ];
        for host in others {
            assert!(!is_webmail(host), "{host}");
        }
    }
}

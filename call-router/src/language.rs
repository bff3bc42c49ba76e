//! The languages that carriers speak, and what is said in them where the owner wrote nothing.

/// The languages that at least one carrier's voices speak, as tags of BCP 47: those of Twilio's and Vonage's lists of voices, which
/// hold what the others have. Of one language the first is the one that is meant where no region is named.
const KNOWN: [&str; 96] = [
    "af-ZA",
    "ar-SA",
    "ar-AE",
    "ar-EG",
    "ar-XA",
    "arb",
    "as-IN",
    "az-AZ",
    "bg-BG",
    "bn-IN",
    "ca-ES",
    "cmn-CN",
    "cmn-TW",
    "cmn-Hans-CN",
    "cmn-Hant-TW",
    "cs-CZ",
    "cy-GB",
    "da-DK",
    "de-DE",
    "de-AT",
    "de-CH",
    "el-GR",
    "en-US",
    "en-GB",
    "en-AU",
    "en-CA",
    "en-GB-WLS",
    "en-IE",
    "en-IN",
    "en-NZ",
    "en-SG",
    "en-ZA",
    "es-ES",
    "es-US",
    "es-MX",
    "es-AR",
    "es-CL",
    "es-CO",
    "et-EE",
    "eu-ES",
    "fa-IR",
    "fi-FI",
    "fil-PH",
    "fr-FR",
    "fr-CA",
    "fr-BE",
    "fr-CH",
    "ga-IE",
    "gl-ES",
    "gu-IN",
    "he-IL",
    "hi-IN",
    "hr-HR",
    "hu-HU",
    "hy-AM",
    "id-ID",
    "is-IS",
    "it-IT",
    "ja-JP",
    "ka-GE",
    "km-KH",
    "kn-IN",
    "ko-KR",
    "lt-LT",
    "lv-LV",
    "ml-IN",
    "mr-IN",
    "ms-MY",
    "mt-MT",
    "nb-NO",
    "ne-NP",
    "nl-NL",
    "nl-BE",
    "pa-IN",
    "pl-PL",
    "pt-PT",
    "pt-BR",
    "ro-RO",
    "ru-RU",
    "sk-SK",
    "sl-SI",
    "sq-AL",
    "sr-RS",
    "sv-SE",
    "sw-KE",
    "ta-IN",
    "te-IN",
    "th-TH",
    "tr-TR",
    "uk-UA",
    "ur-IN",
    "vi-VN",
    "yue-CN",
    "yue-HK",
    "zh-CN",
    "zh-TW",
];
/// What people write for a language, by names and codes of countries, and its tag.
const SLIPS: [(&str, &str); 46] = [
    ("arabic", "ar-SA"),
    ("brazilian", "pt-BR"),
    ("br", "pt-BR"),
    ("catalan", "ca-ES"),
    ("chinese", "cmn-CN"),
    ("cn", "cmn-CN"),
    ("cz", "cs-CZ"),
    ("czech", "cs-CZ"),
    ("danish", "da-DK"),
    ("deutsch", "de-DE"),
    ("dk", "da-DK"),
    ("dutch", "nl-NL"),
    ("english", "en-US"),
    ("espanol", "es-ES"),
    ("español", "es-ES"),
    ("finnish", "fi-FI"),
    ("francais", "fr-FR"),
    ("français", "fr-FR"),
    ("french", "fr-FR"),
    ("gb", "en-GB"),
    ("german", "de-DE"),
    ("gr", "el-GR"),
    ("greek", "el-GR"),
    ("hebrew", "he-IL"),
    ("hindi", "hi-IN"),
    ("italian", "it-IT"),
    ("iw", "he-IL"),
    ("japanese", "ja-JP"),
    ("jp", "ja-JP"),
    ("korean", "ko-KR"),
    ("kr", "ko-KR"),
    ("mandarin", "cmn-CN"),
    ("mx", "es-MX"),
    ("nn", "nb-NO"),
    ("no", "nb-NO"),
    ("norwegian", "nb-NO"),
    ("polish", "pl-PL"),
    ("portuguese", "pt-PT"),
    ("russian", "ru-RU"),
    ("se", "sv-SE"),
    ("spanish", "es-ES"),
    ("swedish", "sv-SE"),
    ("turkish", "tr-TR"),
    ("ua", "uk-UA"),
    ("uk", "en-GB"),
    ("us", "en-US"),
];

/// What is said where the owner wrote nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// The language's subtag.
    tag: &'static str,
    /// To a business that must press a key.
    pub(crate) press_one: &'static str,
    /// For what is not known of a call.
    pub(crate) unknown: &'static str,
    /// What the call is about; `[source]` is filled in.
    pub(crate) call_from: &'static str,
    /// Before a recorded conversation.
    pub(crate) recorded: &'static str,
    /// To a caller who must press a key, which stands for `[key]`.
    pub(crate) press_key: &'static str,
    /// To a caller who did not press it.
    pub(crate) not_connected: &'static str,
    /// Before the tone, where nobody answered.
    pub(crate) leave_message: &'static str,
    /// After a message.
    pub(crate) thanks: &'static str,
    /// Where not even the business's number is known.
    pub(crate) try_later: &'static str,
}

/// What is said in English, the words that stand in for every other language.
pub(crate) const ENGLISH: &Words = &Words {
    tag: "en",
    press_one: "Press 1 to take it.",
    unknown: "unknown",
    call_from: "A call from [source].",
    recorded: "This call may be recorded.",
    press_key: "To be connected, please press [key].",
    not_connected: "Sorry, we cannot connect your call. Goodbye.",
    leave_message: "Sorry, nobody can take your call right now. Please leave a message after the tone.",
    thanks: "Thank you. Goodbye.",
    try_later: "Sorry, we cannot take your call right now. Please try again in a few minutes.",
};

const TRANSLATED: [Words; 17] = [
    Words {
        tag: "de",
        press_one: "Drücken Sie die 1, um ihn anzunehmen.",
        unknown: "unbekannt",
        call_from: "Ein Anruf über [source].",
        recorded: "Dieses Gespräch wird möglicherweise aufgezeichnet.",
        press_key: "Um verbunden zu werden, drücken Sie bitte die [key].",
        not_connected: "Leider können wir Sie nicht verbinden. Auf Wiederhören.",
        leave_message: "Leider kann gerade niemand Ihren Anruf entgegennehmen. Bitte hinterlassen Sie nach dem Ton eine Nachricht.",
        thanks: "Vielen Dank. Auf Wiederhören.",
        try_later: "Leider können wir Ihren Anruf gerade nicht entgegennehmen. Bitte versuchen Sie es in einigen Minuten noch einmal.",
    },
    Words {
        tag: "es",
        press_one: "Pulse 1 para atenderla.",
        unknown: "desconocido",
        call_from: "Una llamada de [source].",
        recorded: "Es posible que esta llamada se grabe.",
        press_key: "Para que le pongamos en contacto, pulse [key].",
        not_connected: "Lo sentimos, no podemos conectar su llamada. Adiós.",
        leave_message: "Lo sentimos, en este momento nadie puede atender su llamada. Deje un mensaje después de la señal.",
        thanks: "Gracias. Adiós.",
        try_later: "Lo sentimos, en este momento no podemos atender su llamada. Vuelva a intentarlo dentro de unos minutos.",
    },
    Words {
        tag: "fr",
        press_one: "Appuyez sur 1 pour le prendre.",
        unknown: "inconnu",
        call_from: "Un appel de [source].",
        recorded: "Cet appel peut être enregistré.",
        press_key: "Pour être mis en relation, appuyez sur [key].",
        not_connected: "Désolé, nous ne pouvons pas vous mettre en relation. Au revoir.",
        leave_message: "Désolé, personne ne peut prendre votre appel pour le moment. Veuillez laisser un message après le signal sonore.",
        thanks: "Merci. Au revoir.",
        try_later: "Désolé, nous ne pouvons pas prendre votre appel pour le moment. Veuillez réessayer dans quelques minutes.",
    },
    Words {
        tag: "it",
        press_one: "Premere 1 per rispondere.",
        unknown: "sconosciuto",
        call_from: "Una chiamata da [source].",
        recorded: "Questa chiamata potrebbe essere registrata.",
        press_key: "Per essere messi in contatto, premere [key].",
        not_connected: "Siamo spiacenti, non possiamo inoltrare la chiamata. Arrivederci.",
        leave_message: "Siamo spiacenti, al momento nessuno può rispondere. Lasciare un messaggio dopo il segnale acustico.",
        thanks: "Grazie. Arrivederci.",
        try_later: "Siamo spiacenti, al momento non possiamo rispondere. Si prega di riprovare tra qualche minuto.",
    },
    Words {
        tag: "pt",
        press_one: "Prima 1 para atender.",
        unknown: "desconhecido",
        call_from: "Uma chamada de [source].",
        recorded: "Esta chamada pode ser gravada.",
        press_key: "Para ser atendido, prima [key].",
        not_connected: "Lamentamos, não é possível completar a sua chamada. Adeus.",
        leave_message: "Lamentamos, neste momento ninguém pode atender a sua chamada. Deixe uma mensagem após o sinal.",
        thanks: "Obrigado. Adeus.",
        try_later: "Lamentamos, neste momento não podemos atender a sua chamada. Tente novamente dentro de alguns minutos.",
    },
    Words {
        tag: "nl",
        press_one: "Druk op 1 om het aan te nemen.",
        unknown: "onbekend",
        call_from: "Een gesprek via [source].",
        recorded: "Dit gesprek kan worden opgenomen.",
        press_key: "Druk op [key] om te worden doorverbonden.",
        not_connected: "Helaas kunnen we u niet doorverbinden. Tot ziens.",
        leave_message: "Helaas kan op dit moment niemand uw gesprek aannemen. Laat na de toon een bericht achter.",
        thanks: "Dank u wel. Tot ziens.",
        try_later: "Helaas kunnen we uw gesprek op dit moment niet aannemen. Probeer het over enkele minuten opnieuw.",
    },
    Words {
        tag: "sv",
        press_one: "Tryck 1 för att ta det.",
        unknown: "okänd",
        call_from: "Ett samtal från [source].",
        recorded: "Samtalet kan komma att spelas in.",
        press_key: "Tryck [key] för att bli kopplad.",
        not_connected: "Tyvärr kan vi inte koppla samtalet. Hej då.",
        leave_message: "Tyvärr kan ingen ta ditt samtal just nu. Lämna ett meddelande efter tonen.",
        thanks: "Tack. Hej då.",
        try_later: "Tyvärr kan vi inte ta ditt samtal just nu. Försök igen om några minuter.",
    },
    Words {
        tag: "da",
        press_one: "Tryk 1 for at tage det.",
        unknown: "ukendt",
        call_from: "Et opkald fra [source].",
        recorded: "Dette opkald kan blive optaget.",
        press_key: "Tryk [key] for at blive stillet om.",
        not_connected: "Beklager, vi kan ikke stille dit opkald om. Farvel.",
        leave_message: "Beklager, ingen kan tage dit opkald lige nu. Læg en besked efter tonen.",
        thanks: "Tak. Farvel.",
        try_later: "Beklager, vi kan ikke tage dit opkald lige nu. Prøv igen om et par minutter.",
    },
    Words {
        tag: "nb",
        press_one: "Trykk 1 for å ta den.",
        unknown: "ukjent",
        call_from: "En samtale fra [source].",
        recorded: "Denne samtalen kan bli tatt opp.",
        press_key: "Trykk [key] for å bli satt over.",
        not_connected: "Beklager, vi kan ikke sette deg over. Ha det.",
        leave_message: "Beklager, ingen kan ta samtalen din akkurat nå. Legg igjen en beskjed etter tonen.",
        thanks: "Takk. Ha det.",
        try_later: "Beklager, vi kan ikke ta samtalen din akkurat nå. Prøv igjen om noen minutter.",
    },
    Words {
        tag: "fi",
        press_one: "Vastaa painamalla 1.",
        unknown: "tuntematon",
        call_from: "Puhelu lähteestä [source].",
        recorded: "Tämä puhelu voidaan nauhoittaa.",
        press_key: "Paina [key], niin puhelu yhdistetään.",
        not_connected: "Valitettavasti puhelua ei voida yhdistää. Kuulemiin.",
        leave_message: "Valitettavasti kukaan ei voi juuri nyt vastata puheluusi. Jätä viesti äänimerkin jälkeen.",
        thanks: "Kiitos. Kuulemiin.",
        try_later: "Valitettavasti emme voi juuri nyt vastata puheluusi. Yritä uudelleen muutaman minuutin kuluttua.",
    },
    Words {
        tag: "pl",
        press_one: "Aby odebrać, naciśnij 1.",
        unknown: "nieznane",
        call_from: "Połączenie z [source].",
        recorded: "Ta rozmowa może być nagrywana.",
        press_key: "Aby uzyskać połączenie, naciśnij [key].",
        not_connected: "Przepraszamy, nie możemy zrealizować połączenia. Do widzenia.",
        leave_message: "Przepraszamy, w tej chwili nikt nie może odebrać. Prosimy zostawić wiadomość po sygnale.",
        thanks: "Dziękujemy. Do widzenia.",
        try_later: "Przepraszamy, w tej chwili nie możemy odebrać. Prosimy spróbować ponownie za kilka minut.",
    },
    Words {
        tag: "cs",
        press_one: "Hovor přijmete stisknutím 1.",
        unknown: "neznámo",
        call_from: "Hovor z [source].",
        recorded: "Tento hovor může být nahráván.",
        press_key: "Pro spojení stiskněte [key].",
        not_connected: "Omlouváme se, hovor nelze spojit. Na shledanou.",
        leave_message: "Omlouváme se, nikdo teď nemůže váš hovor přijmout. Zanechte prosím vzkaz po zaznění tónu.",
        thanks: "Děkujeme. Na shledanou.",
        try_later: "Omlouváme se, váš hovor teď nemůžeme přijmout. Zkuste to prosím znovu za několik minut.",
    },
    Words {
        tag: "tr",
        press_one: "Yanıtlamak için 1'e basın.",
        unknown: "bilinmiyor",
        call_from: "[source] üzerinden bir arama.",
        recorded: "Bu görüşme kaydedilebilir.",
        press_key: "Bağlanmak için lütfen [key] tuşuna basın.",
        not_connected: "Üzgünüz, aramanızı bağlayamıyoruz. Hoşça kalın.",
        leave_message: "Üzgünüz, şu anda kimse aramanızı yanıtlayamıyor. Lütfen sinyal sesinden sonra mesaj bırakın.",
        thanks: "Teşekkür ederiz. Hoşça kalın.",
        try_later: "Üzgünüz, şu anda aramanızı yanıtlayamıyoruz. Lütfen birkaç dakika sonra tekrar deneyin.",
    },
    Words {
        tag: "ru",
        press_one: "Нажмите 1, чтобы ответить.",
        unknown: "неизвестно",
        call_from: "Звонок из источника [source].",
        recorded: "Этот разговор может быть записан.",
        press_key: "Для соединения нажмите [key].",
        not_connected: "К сожалению, мы не можем вас соединить. До свидания.",
        leave_message: "К сожалению, сейчас никто не может ответить. Пожалуйста, оставьте сообщение после сигнала.",
        thanks: "Спасибо. До свидания.",
        try_later: "К сожалению, сейчас мы не можем ответить. Пожалуйста, попробуйте ещё раз через несколько минут.",
    },
    Words {
        tag: "uk",
        press_one: "Натисніть 1, щоб відповісти.",
        unknown: "невідомо",
        call_from: "Дзвінок із джерела [source].",
        recorded: "Ця розмова може бути записана.",
        press_key: "Для з'єднання натисніть [key].",
        not_connected: "На жаль, ми не можемо вас з'єднати. До побачення.",
        leave_message: "На жаль, зараз ніхто не може відповісти. Будь ласка, залиште повідомлення після сигналу.",
        thanks: "Дякуємо. До побачення.",
        try_later: "На жаль, зараз ми не можемо відповісти. Будь ласка, спробуйте ще раз за кілька хвилин.",
    },
    Words {
        tag: "ja",
        press_one: "応答するには1を押してください。",
        unknown: "不明",
        call_from: "[source]からのお電話です。",
        recorded: "この通話は録音される場合があります。",
        press_key: "おつなぎするには、[key]を押してください。",
        not_connected: "申し訳ございませんが、おつなぎできません。失礼いたします。",
        leave_message: "申し訳ございませんが、ただいま電話に出ることができません。発信音の後にメッセージをお残しください。",
        thanks: "ありがとうございました。失礼いたします。",
        try_later: "申し訳ございませんが、ただいま電話に出ることができません。数分後におかけ直しください。",
    },
    Words {
        tag: "zh",
        press_one: "请按1接听。",
        unknown: "未知",
        call_from: "来自[source]的来电。",
        recorded: "本次通话可能会被录音。",
        press_key: "如需接通，请按[key]。",
        not_connected: "抱歉，无法为您接通。再见。",
        leave_message: "抱歉，现在无人能接听您的电话。请在提示音后留言。",
        thanks: "谢谢。再见。",
        try_later: "抱歉，我们现在无法接听您的电话。请几分钟后再试。",
    },
];

/// Says whether carriers speak the language.
pub(crate) fn is_known(tag: &str) -> bool {
    KNOWN.contains(&tag)
}

/// Returns the known language that is most likely meant by a tag that is none.
pub(crate) fn nearest(tag: &str) -> &'static str {
    let written = tag.trim().to_lowercase().replace('_', "-");
    let same = |known: &&&str| known.eq_ignore_ascii_case(&written);
    if let Some(known) = KNOWN.iter().find(same) {
        return known;
    }
    let (language, region) = written.split_once('-').unwrap_or((&written, ""));
    let region = if region == "uk" { "gb" } else { region };
    let slip = |text: &str| SLIPS.iter().find(|(slip, _)| *slip == text).map(|(_, tag)| *tag);
    let is_language = KNOWN.iter().any(|known| primary(known) == language);
    // "uk" is Ukrainian as a language; alone it is what people write for the United Kingdom's English as well.
    let slipped = slip(language).filter(|_| !is_language || (region.is_empty() && language == "uk"));
    let language = slipped.map_or(language, primary);
    let of_language = || KNOWN.iter().filter(|known| primary(known) == language);
    let in_region =
        of_language().find(|known| known.rsplit('-').next().is_some_and(|known| known.eq_ignore_ascii_case(region)));
    let first = || of_language().next().copied();
    let likeliest = in_region.copied().or(slipped).or_else(first).or_else(|| slip(&written));
    likeliest.unwrap_or_else(|| {
        let apart = |known: &&&str| distance(&written, &known.to_lowercase());
        KNOWN.iter().min_by_key(apart).copied().unwrap_or("en-US")
    })
}

/// Returns what is said in a language, and whether these words are in it: English stands in for those that are not translated.
pub(crate) fn words_in(tag: Option<&str>) -> (&'static Words, bool) {
    let Some(tag) = tag else { return (ENGLISH, true) };
    let language = match primary(tag) {
        "cmn" | "yue" => "zh",
        "no" | "nn" => "nb",
        other => other,
    };
    let found = [ENGLISH].into_iter().chain(&TRANSLATED).find(|words| words.tag == language);
    found.map_or((ENGLISH, false), |words| (words, true))
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

/// Counts the letters to change, add or leave out that make one text of another. Both are short.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.chars().take(MAX_COMPARED).enumerate() {
        let mut before = at + 1;
        let mut next = vec![before];
        for (above, right) in row.windows(2).zip(&other) {
            let [diagonal, over] = above else { continue };
            before = (before + 1).min(over + 1).min(diagonal + usize::from(left != *right));
            next.push(before);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// Most letters of a tag that are compared.
const MAX_COMPARED: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_likely_meant() {
        let cases = [
            ("de", "de-DE"),
            ("de_DE", "de-DE"),
            ("de-de", "de-DE"),
            ("DE", "de-DE"),
            ("de-XX", "de-DE"),
            ("german", "de-DE"),
            ("Deutsch", "de-DE"),
            ("en", "en-US"),
            ("en-UK", "en-GB"),
            ("en_gb", "en-GB"),
            ("uk", "en-GB"),
            ("uk-UK", "uk-UA"),
            ("english", "en-US"),
            ("es", "es-ES"),
            ("es-SP", "es-ES"),
            ("es-419", "es-ES"),
            ("spanish", "es-ES"),
            ("fr-ca", "fr-CA"),
            ("pt-br", "pt-BR"),
            ("br", "pt-BR"),
            ("jp", "ja-JP"),
            ("ja", "ja-JP"),
            ("no-NO", "nb-NO"),
            ("se", "sv-SE"),
            ("cz-CZ", "cs-CZ"),
            ("zh", "zh-CN"),
            ("chinese", "cmn-CN"),
            ("dd-DE", "de-DE"),
            ("klingon", "ko-KR"),
            ("", "arb"),
        ];
        for (written, expected) in cases {
            assert!(!is_known(written), "{written}");
            assert!(is_known(nearest(written)), "{written}: {}", nearest(written));
            if !["klingon", ""].contains(&written) {
                assert_eq!(nearest(written), expected, "{written}");
            }
        }
        for known in KNOWN {
            assert_eq!(nearest(known), known);
        }
    }

    #[test]
    fn languages_are_listed_once() {
        let mut sorted = KNOWN.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), KNOWN.len());
    }

    #[test]
    fn every_sentence_is_there_in_every_language() {
        for words in TRANSLATED.iter().chain([ENGLISH]) {
            let all = [
                words.press_one,
                words.unknown,
                words.call_from,
                words.recorded,
                words.press_key,
                words.not_connected,
                words.leave_message,
                words.thanks,
                words.try_later,
            ];
            assert!(all.iter().all(|text| !text.trim().is_empty()), "{}", words.tag);
            assert!(words.call_from.contains("[source]") && words.press_key.contains("[key]"), "{}", words.tag);
            assert!(KNOWN.iter().any(|known| words_in(Some(known)).0.tag == words.tag), "{}", words.tag);
        }
    }

    #[test]
    fn whose_words_are_said() {
        let cases = [
            (None, "en", true),
            (Some("en-GB"), "en", true),
            (Some("de-AT"), "de", true),
            (Some("cmn-TW"), "zh", true),
            (Some("nb-NO"), "nb", true),
            (Some("is-IS"), "en", false),
        ];
        for (tag, expected, is_in_it) in cases {
            let (words, translated) = words_in(tag);
            assert_eq!((words.tag, translated), (expected, is_in_it), "{tag:?}");
        }
    }
}

/**
 * The core of call tracking with dynamic number insertion, for Node and browsers: the same code that decides at the edge.
 *
 * In Node every function can be called at once; the WebAssembly is read at the first call. In a browser `await init()` first.
 *
 * Every function throws a {@link ToolError} for what it cannot use: an option of a name that is not known, a value of
 * another kind or out of its range. None changes anything, asks anybody, or keeps what it was given.
 *
 * @packageDocumentation
 */

/** What is thrown: a sentence that says what is wrong and what to do, and a `code` that stays the same. */
export interface ToolError extends Error {
  /**
   * For machines. Of every function:
   * - `not_initialised`: in a browser, `init()` has not been awaited;
   * - `not_an_object`, `not_a_string`: an argument is of another kind;
   * - `unknown_option`: an option has a name that is not known; the sentence gives its path and the names there are;
   * - `bad_option`: an option has a value that cannot be used.
   *
   * The others are named where they are thrown.
   */
  code: string;
}

/**
 * Loads the WebAssembly. In Node it need not be called.
 *
 * May be called any number of times: it is loaded once. If loading fails, the next call tries again.
 *
 * @param source where the WebAssembly is, if not beside the package's own files: an address, a response, its bytes, or the
 *   compiled module (in Workers, what `import wasm from "dni-wasm/tools/dni_tools.wasm"` gives)
 * @throws {ToolError} (as a rejection) `wasm_not_found` if the address is not answered with the file; else what the
 *   browser says of bytes that are no WebAssembly
 */
export function init(source?: URL | string | Response | Promise<Response> | BufferSource | WebAssembly.Module): Promise<void>;

/** What is known of an arrival on a page. */
export interface Visit {
  /**
   * The landing page's whole address, with query. What is no `http(s)` address counts as empty; what is longer than 4,096
   * bytes is cut.
   */
  url: string;
  /** The address of the page before: `document.referrer`, or the `Referer` header. Absent, empty or no address: none. */
  referrer?: string | null | undefined;
  /** The site's own host or address, such as `harbor.example`: a referrer there is none. The landing page's is known. */
  site?: string | null | undefined;
  /** More hosts or addresses of the site's own, 1,000 at most. A port belongs to the host. */
  hosts?: readonly string[] | null | undefined;
}

/** Where a visit came from. All texts are bounded: campaign values to 255 bytes, click ids to 512. */
export interface Classified {
  /** The source: `google`, `newsletter`, `(direct)`. */
  source: string;
  /** The medium: `cpc`, `organic`, `email`, `(none)`. */
  medium: string;
  /** `utm_campaign`, as it stands in the address. */
  campaign: string | null;
  /** `utm_term`. */
  term: string | null;
  /** `utm_content`. */
  content: string | null;
  /** By which rule source and medium were found. */
  touchRule: TouchRule;
  /** The channel, for machines. */
  channel: Channel;
  /** The channel as reports show it: `Paid Search`. */
  channelName: string;
  /** By which rule the channel was found, such as `click_id` or `search_site`. */
  channelRule: string;
  /** Whether the visit was bought. Affiliates' are not: their reward hangs on the sale. */
  isPaid: boolean;
  /** Ids of ads' clicks, in the order of the address; 8 at most, each name once. */
  clickIds: ClickId[];
  /** The rarer campaign parameters and what ad platforms fill in. */
  details: CampaignDetails;
  /** What tools put on links that is no ad's click id; 24 at most, each name once. */
  marks: Mark[];
  /** What was searched for, if the search engine's address says so. */
  searchTerm: string | null;
  /** The page before; empty if there is none that counts. */
  referrer: string;
  /** The landing page as a browser writes it; empty if `url` was no address. */
  landing: string;
}

/**
 * The rules that find a visit's source; the first that matches wins: `utm` (`utm_source`), `click_id`, `referrer`, `direct`
 * (none of these). Later versions may know more.
 */
export type TouchRule = 'utm' | 'click_id' | 'referrer' | 'mark' | 'direct' | (string & {});

/** The channels: those of GA4's default channel group, and `ai_assistants`. */
export type Channel =
  | 'direct' | 'cross_network' | 'paid_shopping' | 'paid_search' | 'paid_social' | 'paid_video' | 'display' | 'paid_other'
  | 'organic_shopping' | 'organic_social' | 'organic_video' | 'organic_search' | 'referral' | 'email' | 'affiliates' | 'audio'
  | 'sms' | 'mobile_push' | 'ai_assistants' | 'unassigned' | (string & {});

/** The id that an ad platform gave a click. */
export interface ClickId {
  /** The parameter's name in lower case: `gclid`. */
  name: string;
  /** The source it speaks for: `google`. */
  source: string;
  /** The value, byte for byte. */
  value: string;
}

/** What a platform or tool put on a link and is no click id. */
export interface Mark {
  /** The parameter's name in lower case: `srsltid`. */
  name: string;
  /** Who puts it there: `google`. */
  owner: string;
  /** The value; `null` where it stands for a person, such as a subscriber. */
  value: string | null;
}

/** The rarer campaign parameters; `null` where the address has none, or a placeholder that nobody filled in. */
export interface CampaignDetails {
  /** `utm_id`. */
  id: string | null;
  /** `utm_source_platform`. */
  sourcePlatform: string | null;
  /** `utm_creative_format`. */
  creativeFormat: string | null;
  /** `utm_marketing_tactic`. */
  marketingTactic: string | null;
  /** `matchtype`. */
  matchType: string | null;
  /** `network`. */
  network: string | null;
  /** `device`. */
  device: string | null;
  /** `keyword`. */
  keyword: string | null;
  /** `campaignid`. */
  campaignId: string | null;
  /** `adgroupid`. */
  adGroupId: string | null;
  /** `creative`. */
  creative: string | null;
  /** `placement`. */
  placement: string | null;
}

/**
 * Tells where a visit came from: source, medium, campaign, channel, click ids, and by which rules.
 *
 * No text in an address is an error.
 *
 * @throws {ToolError} `too_many_hosts`, and those of every function
 * @example
 * classify({ url: 'https://harbor.example/?gclid=Cj0KCQ', referrer: 'https://www.google.com/' }).channel // 'paid_search'
 */
export function classify(visit: Visit): Classified;

/** A phone number in a text. */
export interface FoundNumber {
  /** The number in E.164 form: `+13125550142`. */
  number: string;
  /** The digits of the extension behind it; `null` without one. */
  extension: string | null;
  /** Where it begins, in UTF-16 code units: `text.slice(start, end)` is the number as written, extension included. */
  start: number;
  /** Where it ends. */
  end: number;
}

/**
 * Finds the phone numbers in a text, in its order. They do not overlap.
 *
 * @param text at most 64 MiB of UTF-8
 * @param region two letters (ISO 3166-1, either case): the country of numbers that are written without a country code; `US`
 *   if left out
 * @throws {ToolError} `text_too_long`, `unknown_region`, and those of every function
 * @example
 * findNumbers('Call (312) 555-0142 ext. 7', 'US') // [{ number: '+13125550142', extension: '7', start: 5, end: 26 }]
 */
export function findNumbers(text: string, region?: string | null): FoundNumber[];

/**
 * Writes a number the way an example is written: the same separators, the country code only if the example has one.
 *
 * Where the example does not fit (letters, another count of digits), the answer is the number as people of its country
 * write it: readable, never wrong.
 *
 * @param number in international form: `+13125550151`
 * @param example such as `312.555.0142`
 * @throws {ToolError} `phone_empty`, `phone_not_a_digit`, `phone_too_short`, `phone_too_long`, `phone_no_country_code`,
 *   `phone_not_in_plan` if `number` is none, and those of every function
 * @example
 * formatLike('+13125550151', '312.555.0142') // '312.555.0151'
 */
export function formatLike(number: string, example: string): string;

/** The time rules of a pool. The window in which a call belongs to a visitor is their lease and the grace. */
export interface PoolRules {
  /** How long a number stays with its visitor after their last sign of life, in seconds: 120 to 7,776,000; 1,800 if left out. */
  holdSeconds?: number | undefined;
  /** How long after that a call still belongs to them, in seconds: 0 to 7,776,000; 1,800 if left out. */
  graceSeconds?: number | undefined;
  /**
   * How long the number then rests before another visitor gets it, counted from the end of the hold, in seconds: no shorter
   * than the grace, at most 7,776,000; 1,800 if left out.
   */
  cooldownSeconds?: number | undefined;
  /** How long after the window a call may still belong to the last holder, in days: 0 to 365; 7 if left out. */
  lookBackDays?: number | undefined;
  /** How long a caller is remembered by the number they called, in days: 0 (nobody is) to 365; 365 if left out. */
  rememberCallersDays?: number | undefined;
  /** Whether a visitor gets a number with an area code of their own region, if one is free; `false` if left out. */
  preferLocal?: boolean | undefined;
  /**
   * The share of the numbers, in whole percent, that only visitors with a click id or an earlier visit get: 0 to 90; 0 if
   * left out.
   */
  reservePercent?: number | undefined;
  /**
   * Whether a number may be shown to a second visitor inside the first one's window once no other is free; calls to it are
   * ambiguous then. `false` if left out.
   */
  shareWhenFull?: boolean | undefined;
}

/** What is asked of a pool. One of `visitorsPerHour` and `hourly` must be given. */
export interface SizeOptions {
  /** Visitors without a number who come in an hour, the same in every hour: 0 to 1,000,000. Take the busiest hour. */
  visitorsPerHour?: number | undefined;
  /** The visitors of each hour of a day (24 values) or a week (168), each 0 to 1,000,000. */
  hourly?: readonly number[] | undefined;
  /** How long a visit lasts on average, first page to last sign of life, in seconds: 0 to a year; 180 if left out. */
  visitSeconds?: number | undefined;
  /** The pool's rules. */
  rules?: PoolRules | undefined;
  /** The hold to reckon with, in seconds, 0 to a year; if left out, that of the rules and one renewal step. */
  holdSeconds?: number | undefined;
  /** The rest to reckon with, in seconds, 0 to a year; if left out, that of the rules. 0 for products that have none. */
  cooldownSeconds?: number | undefined;
  /** How long a call should still belong to its visitor, in seconds, 0 to a year; if left out, hold and grace. */
  windowSeconds?: number | undefined;
  /** Which share of visitors may find every number taken: above 0, below 1; 0.01 if left out. */
  overflow?: number | undefined;
  /** Which share may see the number go to somebody else within the window: above 0, below 1; 0.01 if left out. */
  reuse?: number | undefined;
  /** What a number costs a month, in whatever currency: 0 to 1,000,000; 0 if left out. */
  price?: number | undefined;
}

/** How many numbers a pool needs. */
export interface Sizing {
  /** The numbers that meet both targets. */
  numbers: number;
  /** The fewest that meet the target for overflow. */
  forOverflow: number;
  /** The fewest that meet the target for re-use. */
  forReuse: number;
  /** How many numbers would be taken at the busiest time if there were no end of them, in erlangs. */
  offered: number;
  /** What fewer or more numbers bring, fewest first, with the answer among them. */
  choices: SizeChoice[];
}

/** What one size brings. */
export interface SizeChoice {
  /** The numbers. */
  numbers: number;
  /** What they cost a month. */
  monthlyCost: number;
  /** The share of visitors who find every number taken, 0 to 1. */
  overflow: number;
  /** The share whose number goes to somebody else within the window, 0 to 1. */
  reuse: number;
}

/**
 * Advises how many numbers a pool needs. Nothing is bought or changed.
 *
 * @throws {ToolError} what the pool's rules break, such as `hold_too_short` or `cooldown_shorter_than_grace`; what cannot be
 *   reckoned with, such as `histogram_length` or `price_out_of_range`; and those of every function
 * @example
 * sizePool({ visitorsPerHour: 60 }).numbers // 83
 */
export function sizePool(options: SizeOptions): Sizing;

/**
 * Which number the next visitor gets: `pool` is ours, the others are what other products do: a random free number, the one
 * given out longest ago even if it is still on somebody's page, the first free one in the table.
 */
export type Policy = 'pool' | 'random_free' | 'oldest_recycled' | 'first_free' | (string & {});

/** What is simulated; every option has a usual value. */
export interface SimulateOptions {
  /** Which number the next visitor gets; `pool` if left out. */
  policy?: Policy | undefined;
  /** Where the random numbers begin: a whole number from 0 to `Number.MAX_SAFE_INTEGER`; 1 if left out. */
  seed?: number | undefined;
  /** How many visitors come, bots among them: 1 to 1,000,000; 20,000 if left out. */
  visitors?: number | undefined;
  /** How many come in an hour on average: 0.01 to 1,000,000; 60 if left out. */
  visitorsPerHour?: number | undefined;
  /** How they are spread over the 24 hours of a day, as weights; evenly if left out or empty. */
  rhythm?: readonly number[] | undefined;
  /** The share of bots, who read one page and never call: 0 to 1; 0.1 if left out. */
  bots?: number | undefined;
  /** How many bots come in an attack for each ordinary visitor: 0 to 1,000; 0 if left out. */
  attack?: number | undefined;
  /** The share of all bots that are recognised and get no number: 0 to 1. */
  botsCaught?: number | undefined;
  /** The share of persons who come by a click id: 0 to 1. The reserve of the rules is for them. */
  clicks?: number | undefined;
  /** The mean visit of a person, in seconds: 0 to an hour; 180 if left out. */
  visitSeconds?: number | undefined;
  /** The share of persons who call: 0 to 1; 0.1 if left out. */
  calls?: number | undefined;
  /** The mean time from arrival to call, in seconds: 0 to a year; 1,800 if left out. */
  delaySeconds?: number | undefined;
  /** The share of callers who call again from a number they saved: 0 to 1; a twelfth if left out. */
  saved?: number | undefined;
  /** The mean time between the two calls, in seconds: 0 to a year; three weeks if left out. */
  savedAfterSeconds?: number | undefined;
  /**
   * The numbers of the pool, the overflow number not among them: 1 to 100,000 (10,000 under
   * the policies of others); 72 if left out.
   */
  numbers?: number | undefined;
  /** The pool's rules. */
  rules?: PoolRules | undefined;
  /** A number given on sooner than this counts as re-used inside the window, in seconds: 0 to a year; 3,600 if left out. */
  windowSeconds?: number | undefined;
}

/** What became of the visitors and their calls. */
export interface Outcome {
  /** The policy. */
  policy: Policy;
  /** How many visitors came, bots and all. */
  visitors: number;
  /** How many of them were bots that were recognised and asked for no number. */
  caught: number;
  /** How many visitors got the overflow number. */
  overflowed: number;
  /** The same as a share of the visitors, 0 to 1. */
  overflow: number;
  /** How many of all were persons. */
  persons: number;
  /** How many persons got the overflow number. */
  personsOverflowed: number;
  /** How many persons came by a click id. */
  clicked: number;
  /** How many of those got the overflow number. */
  clickedOverflowed: number;
  /** The time from the start to the last ordinary visitor, in seconds. */
  spanSeconds: number;
  /** How many got a number that somebody else had had. */
  handedOn: number;
  /** How many of those got it within the window. */
  handedOnInWindow: number;
  /** The same as a share of those handed on, 0 to 1. */
  reuse: number;
  /** All calls. */
  calls: Calls;
  /** Calls within hold and grace of the caller's last sign of life: what the rules promise to get right. */
  inWindow: Calls;
  /** Later first calls. */
  late: Calls;
  /** Later second calls, from a saved number. */
  saved: Calls;
  /** Names the whole course of the run, 16 hexadecimal digits: the same options give the same hash on every machine. */
  hash: string;
}

/** What became of calls. */
export interface Calls {
  /** How many there were. */
  all: number;
  /** Attributed to the caller. */
  right: number;
  /** Attributed to somebody else. */
  wrong: number;
  /** Ambiguous: several visitors were named. */
  unsure: number;
  /** Attributed to nobody. */
  unattributed: number;
}

/**
 * Tries a pool out on visitors whose calls are known. It works as long as it takes: 20,000 visitors take well under a
 * second, a million with 10,000 numbers minutes.
 *
 * @throws {ToolError} `unknown_policy`; what is out of range, such as `visitors_out_of_range`, `numbers_out_of_range`,
 *   `share_out_of_range` or `span_too_long`; what the rules break; and those of every function
 * @example
 * simulatePool({ numbers: 83 }).inWindow.wrong // 0
 */
export function simulatePool(options?: SimulateOptions): Outcome;

/** The site that a flow is part of, as far as it is to be judged. */
export interface FlowSite {
  /** The site's tracking numbers, such as `+13125550151`: no flow may forward to one of them. */
  ownNumbers?: readonly string[] | undefined;
  /** The names of the flows that this one can go on in. Left out: whether they exist is not judged. */
  flows?: readonly string[] | undefined;
  /** The names of the site's pools. Left out: whether those that a condition names exist is not judged. */
  pools?: readonly string[] | undefined;
  /** The business's own numbers on the site's pages. Left out: whether those that a condition names exist is not judged. */
  targets?: readonly string[] | undefined;
  /** The countries that calls may be forwarded to, in two letters: `US`. Left out: all. */
  allowedCountries?: readonly string[] | undefined;
  /** The carriers that calls come from, such as `twilio`. Left out: what a carrier cannot do is not judged. */
  carriers?: readonly string[] | undefined;
  /** Where the site's calls go when a flow cannot go on. Left out: whether the flow names a fallback is not judged. */
  destination?: string | null | undefined;
}

/** One thing that is wrong with a flow. */
export interface FlowFinding {
  /**
   * For machines. `no_json`, `wrong_type`, `bad_value`, `missing_field`, `unknown_field`, `unknown_word`, and whatever a value
   * is refused by (`emergency_number`, `bad_hours` …) mean that the flow cannot be read; then it is the only finding. All
   * others, such as `unwired_outcome`, are the checker's: see docs/call-flows.md.
   */
  code: string;
  /** A flow with an `error` is not published; a `warning` works, and may not be what you mean. */
  severity: 'error' | 'warning';
  /** Where in the flow's JSON: `steps.office.to[1].number`; empty for the flow as a whole. */
  place: string;
  /** What is wrong. */
  sentence: string;
  /** What to do about it. */
  repair: string;
}

/**
 * Lists what is wrong with a call flow, by the checker that decides before a flow is published. A flow of another shape is
 * a finding too; only what is no JSON value at all is thrown at.
 *
 * @param flow the flow, or its JSON, 2 MB at most
 * @param site what belongs to the site is judged only if it is told
 * @returns the findings; none if the flow can be published as it is
 * @throws {ToolError} those of every function, and `text_too_long`
 * @example
 * checkFlow({ version: 1, start: 'end', steps: { end: { type: 'hangup' } } }) // []
 */
export function checkFlow(flow: object | string, site?: FlowSite | null): FlowFinding[];

/** Where a site is published, as far as it is to be judged. */
export interface SiteDeployment {
  /** The carriers that calls come from, such as `twilio`. Left out: what a carrier cannot do is not judged. */
  carriers?: readonly string[] | undefined;
}

/** One thing that is wrong with a site, or may not be meant so. */
export interface SiteFinding {
  /** A site with an `error` is not published; a `warning` works, and may not be what you mean. */
  severity: 'error' | 'warning';
  /** For machines, as the API answers it: `number_twice`. A site that cannot be read has one finding, with a code as of a flow's. */
  code: string;
  /** Where in the site's JSON: `pools.main.rules`, `flow.steps.office.next.busy`; empty for the site as a whole. */
  place: string;
  /** What is wrong, and what to do about it. */
  message: string;
}

/**
 * Lists what is wrong with a site, and what works but may not be meant so, by the checker that decides before a site is published.
 * Whether another site has one of its numbers only the deployment knows. A site of another shape is a finding too; only what is no
 * JSON value at all is thrown at.
 *
 * @param site the site, or its JSON, 2 MB at most
 * @returns the findings, errors first; none with severity `error` if the site can be published
 * @throws {ToolError} those of every function, and `text_too_long`
 * @example
 * checkSite({ ...site, origins: [] })[0].code // 'no_origin'
 */
export function checkSite(site: object | string, deployment?: SiteDeployment | null): SiteFinding[];

/** What caller or business do, one after the other, each time somebody has to do something. */
export type FlowReply =
  /** The business answers, presses the key if it must, and speaks with the caller. */
  | 'answer'
  /** The business, or its voicemail, answers and does not press the key. */
  | 'decline'
  | 'no_answer' | 'busy'
  /** The number cannot be reached. */
  | 'fail'
  /** The caller presses a key: `0` to `9`, `*`, `#`. */
  | { press: string }
  /** The caller presses nothing. */
  | 'silence'
  /** The caller leaves a message, or says nothing after the tone. */
  | 'message' | 'no_message'
  | 'hang_up';

/** A call to be played. It is JSON, under the same kind of names as a flow. */
export interface FlowScript {
  /**
   * When the call begins: Unix milliseconds, a text with an offset (`2026-11-01T01:30:00-05:00`), or by the clock of a time zone
   * (`2026-11-01T01:30[America/Chicago]`; of a time that comes twice the first is meant, and one that is left out counts from
   * before the change). Now if left out.
   */
  at?: number | string | Date | undefined;
  /** The tracking number dialled. */
  number?: string | null | undefined;
  /** Where calls go when the flow cannot go on and names no fallback of its own. */
  destination?: string | null | undefined;
  /** What is known of the call. */
  facts?: FlowFacts | undefined;
  /** What caller and business do. When they are used up, or one does not fit, the call ends as `waiting`. */
  replies?: readonly FlowReply[] | undefined;
}

/** What is known of a call: conditions go by it, whispers tell it. Texts have 255 bytes at most; what is longer is cut. */
export interface FlowFacts {
  /** The tracking number dialled; that of the script if left out. */
  number?: string | null | undefined;
  /** The pool that the number dialled belongs to. */
  pool?: string | null | undefined;
  /** The business's own numbers that the number dialled stands in for. */
  targets?: readonly string[] | undefined;
  /** What people call the site. */
  site?: string | null | undefined;
  source?: string | null | undefined;
  medium?: string | null | undefined;
  /** Under the name of the reports: `Paid Search`. */
  channel?: string | null | undefined;
  campaign?: string | null | undefined;
  keyword?: string | null | undefined;
  /** Whether the caller has called before. */
  has_called_before?: boolean | null | undefined;
  /** The risk that this is a robocall, 0 to 100. */
  risk?: number | null | undefined;
  /** The caller's number; left out, it is withheld. */
  caller?: string | null | undefined;
  /** Where the caller's number is registered; left out, as the number itself tells. */
  place?: { city?: string | null; state?: string | null; zip?: string | null; country?: string | null } | undefined;
  /** The number that this caller last spoke with. */
  spoke_with?: string | null | undefined;
  /** How many calls the site had before: whose turn it is. */
  calls_before?: number | undefined;
  /** The draw of the call, 0 to 4,294,967,295: shares, weights and a challenge's key hang on it. */
  chance?: number | undefined;
}

/** How a call went. */
export interface FlowWalk {
  /** The steps it came through. */
  path: FlowVisit[];
  /** What was heard, rung and asked, in its order. */
  heard: FlowHeard[];
  /**
   * `hung_up`: the flow ended the call. `caller_left`: the caller did. `refused`: it was not answered. `waiting`: somebody had
   * to do something, and the script had nothing more, or nothing that fits.
   */
  ending: 'hung_up' | 'caller_left' | 'refused' | 'waiting';
}

/** A step that a call came through. */
export interface FlowVisit {
  /** The flow it is in; `null` for the one the call began with. */
  flow: string | null;
  step: string;
  /** The count of steps the call has taken, the first being 1. */
  turn: number;
  /** The tries before at the same visit: a menu said again, the next number of several. */
  attempt: number;
  /** By which outcome it went on; `null` where the call waits or ends. */
  outcome: string | null;
}

/** One thing that happened on a call; spans are in seconds. */
export type FlowHeard =
  | { what: 'said'; text: string }
  | { what: 'played'; url: string }
  | { what: 'asked'; wait_seconds: number }
  | { what: 'rang'; to: string[]; seconds: number; recorded: boolean }
  | { what: 'whispered'; text: string }
  | { what: 'tone'; max_seconds: number };

/**
 * Plays a call flow with a caller and a business that do as they are told. It is the engine that answers carriers.
 *
 * @param flow the flow, or its JSON
 * @param script when the call begins, what is known of it, who does what
 * @param flows the flows that it can go on in, by name
 * @throws {ToolError} `bad_flow`, `bad_script`, `bad_flows`: it cannot be read, and the sentence names the place; and those of
 *   every function
 * @example
 * simulateFlow(flow, { at: '2026-11-23T10:00[America/Chicago]', replies: ['no_answer', 'message'] }).ending // 'hung_up'
 */
export function simulateFlow(flow: object | string, script?: FlowScript | string | null, flows?: Record<string, object> | string | null): FlowWalk;

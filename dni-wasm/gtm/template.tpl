___TERMS_OF_SERVICE___

By creating or modifying this file you agree to Google Tag Manager's Community
Template Gallery Developer Terms of Service available at
https://developers.google.com/tag-manager/gallery-tos (or such other URL as
Google may provide), as modified from time to time.


___INFO___

{
  "type": "TAG",
  "id": "cvt_temp_public_id",
  "version": 1,
  "securityGroups": [],
  "displayName": "Call tracking (dni)",
  "categories": ["ATTRIBUTION", "ANALYTICS", "LEAD_GENERATION"],
  "brand": {
    "id": "brand_dummy",
    "displayName": "dni"
  },
  "description": "Shows each visitor a phone number of their own, leased from your Worker, so that a call tells which ad, keyword or page brought it.",
  "containerContexts": ["WEB"]
}


___TEMPLATE_PARAMETERS___

[
  {
    "type": "TEXT",
    "name": "edge",
    "displayName": "Address of your Worker",
    "simpleValueType": true,
    "valueHint": "https://dni.example.workers.dev",
    "help": "If it is a domain of your own, add it to the template's permission \"Injects scripts\" too.",
    "valueValidators": [
      { "type": "NON_EMPTY" },
      { "type": "REGEX", "args": ["^https://[a-z0-9.-]+$"], "errorMessage": "https:// and the host, without a slash at the end" }
    ]
  },
  {
    "type": "TEXT",
    "name": "site",
    "displayName": "Site",
    "simpleValueType": true,
    "valueHint": "harbor",
    "help": "The name under which you set the site up.",
    "valueValidators": [
      { "type": "NON_EMPTY" },
      { "type": "REGEX", "args": ["^[a-z0-9-]{3,40}$"], "errorMessage": "3 to 40 of a-z, 0-9 and -" }
    ]
  },
  {
    "type": "SELECT",
    "name": "consent",
    "displayName": "Consent",
    "macrosInSelect": false,
    "simpleValueType": true,
    "defaultValue": "google",
    "selectItems": [
      { "value": "google", "displayValue": "As Google's consent mode says" },
      { "value": "tcf", "displayValue": "As the IAB TCF tool says" },
      { "value": "auto", "displayValue": "As whichever of both speaks first" },
      { "value": "required", "displayValue": "Only after dni.consent('granted')" },
      { "value": "", "displayValue": "Unless the visitor refuses" }
    ]
  },
  {
    "type": "GROUP",
    "name": "more",
    "displayName": "More",
    "groupStyle": "ZIPPY_CLOSED",
    "subParams": [
      {
        "type": "CHECKBOX",
        "name": "dnt",
        "checkboxText": "Respect Do Not Track and Global Privacy Control",
        "simpleValueType": true
      },
      {
        "type": "SELECT",
        "name": "lease",
        "displayName": "Take a number",
        "macrosInSelect": false,
        "simpleValueType": true,
        "defaultValue": "",
        "selectItems": [
          { "value": "", "displayValue": "When one of yours is on the page" },
          { "value": "visible", "displayValue": "When it comes into view" },
          { "value": "always", "displayValue": "On every page" }
        ]
      },
      {
        "type": "TEXT",
        "name": "targets",
        "displayName": "Your own numbers on these pages",
        "simpleValueType": true,
        "valueHint": "+13125550142, +13125550143",
        "help": "All of the site's if empty."
      },
      {
        "type": "CHECKBOX",
        "name": "callrail",
        "checkboxText": "Offer CallTrk.swap and CallTrk.getSwapNumbers",
        "simpleValueType": true
      }
    ]
  }
]


___SANDBOXED_JS_FOR_WEB_TEMPLATE___

const encodeUriComponent = require('encodeUriComponent');
const injectScript = require('injectScript');
const queryPermission = require('queryPermission');

// A script that Tag Manager injects has no attributes, so the options go into its address. crossorigin is missing for the same reason.
const options = {
  site: data.site,
  consent: data.consent,
  lease: data.lease,
  targets: data.targets,
  dnt: data.dnt ? 'respect' : '',
  compat: data.callrail ? 'callrail' : ''
};
let url = data.edge + '/dni.js';
let mark = '?';
for (const name in options) {
  if (options[name]) {
    url = url + mark + name + '=' + encodeUriComponent(options[name]);
    mark = '&';
  }
}

if (queryPermission('inject_script', url)) {
  injectScript(url, data.gtmOnSuccess, data.gtmOnFailure, url);
} else {
  data.gtmOnFailure();
}


___WEB_PERMISSIONS___

[
  {
    "instance": {
      "key": { "publicId": "inject_script", "versionId": "1" },
      "param": [
        {
          "key": "urls",
          "value": { "type": 2, "listItem": [{ "type": 1, "string": "https://*.workers.dev/dni.js*" }] }
        }
      ]
    },
    "clientAnnotations": { "isEditedByUser": true },
    "isRequired": true
  }
]


___TESTS___

scenarios:
- name: The options go into the address
  code: |-
    mock('queryPermission', true);
    runCode({ edge: 'https://dni.example.workers.dev', site: 'harbor', consent: 'google', dnt: true });
    assertApi('injectScript').wasCalled();
    assertApi('gtmOnFailure').wasNotCalled();
- name: An address that is not permitted fails the tag
  code: |-
    mock('queryPermission', false);
    runCode({ edge: 'https://calls.example', site: 'harbor' });
    assertApi('injectScript').wasNotCalled();
    assertApi('gtmOnFailure').wasCalled();


___NOTES___

Part of dni, open call tracking on Cloudflare. What the options mean: docs/install-the-tag.md and docs/consent.md.

A Custom HTML tag can give the script the attribute crossorigin, which this template cannot: on a slow connection the number is then there
some tenths of a second sooner.

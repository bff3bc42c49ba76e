/** The strict form of Twilio's language, where the shared conformance data stands beside the project. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';

const XSD = path.join(import.meta.dirname, '../../../shared/conformance/twiml_voice.xsd');

/**
 * Answers what says whether a document is valid, or null if the schema is not there.
 *
 * @returns {((text: string) => void)|null} throws if the document is not valid
 */
export function twimlSchema() {
  if (!existsSync(XSD)) {
    return null;
  }
  const validator = XsdValidator.fromDoc(XmlDocument.fromString(readFileSync(XSD, 'utf8')));
  return (text) => {
    const document = XmlDocument.fromString(text);
    try {
      validator.validate(document);
    } finally {
      document.dispose();
    }
  };
}

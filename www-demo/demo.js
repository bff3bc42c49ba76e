/**
 * The page behind the scenes. A link with `?fresh=FROM` forgets the visitor first and then
 * arrives; both happen here because storage belongs to this origin.
 */
const PREFIX = 'dni';
const elsewhere = document.body.dataset.elsewhere;
const arriving = new URLSearchParams(location.search).get('fresh');

if (arriving) {
  forget(localStorage);
  forget(sessionStorage);
  location.replace(address(arriving));
} else {
  const choice = /** @type {HTMLInputElement} */ (document.querySelector('#fresh'));
  choice.addEventListener('change', () => point(choice.checked));
  point(choice.checked);
}

/**
 * Removes what the script tag remembers, and nothing else.
 *
 * @param {Storage} storage
 */
function forget(storage) {
  Object.keys(storage).filter((key) => key.startsWith(PREFIX)).forEach((key) => storage.removeItem(key));
}

/** @param {string} from */
function address(from) {
  return from === 'direct' ? '/' : `${elsewhere}/arrive?from=${encodeURIComponent(from)}`;
}

/**
 * Leads the links through forgetting, or past it.
 *
 * @param {boolean} fresh
 */
function point(fresh) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll('[data-from]'))) {
    const from = /** @type {string} */ (link.dataset.from);
    link.href = fresh ? `?fresh=${encodeURIComponent(from)}` : address(from);
  }
}

// What stands behind the # of an invitation's link goes into the form, and out of the address: it is sent to nobody before the button.
const field = document.getElementById('invitation');
if (location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
}

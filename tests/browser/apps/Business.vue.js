/** The same page in Vue. */
import { h, ref, Fragment } from 'vue';

const phone = '312-555-0142';

export default {
  setup() {
    const times = ref(0);
    const isOpen = ref(false);
    return () => h(Fragment, [
      h('p', { id: 'whole' }, 'Call 312-555-0142'),
      h('a', { id: 'link', href: 'tel:+13125550142', title: phone }, [h('b', '312'), '-555-0142']),
      h('p', { id: 'times' }, `${phone}, asked ${times.value} times`),
      h('button', { id: 'again', onClick: () => { times.value += 1; } }, 'Again'),
      h('button', { id: 'toggle', onClick: () => { isOpen.value = !isOpen.value; } }, 'Open'),
      isOpen.value ? h('dialog', { open: true, id: 'popup' }, `Popup ${phone}`) : null,
    ]);
  },
};

/** A business's page in React: numbers in one text, in pieces, in props, in markup, behind a switch, and in a late part. */
import { Suspense, use, useState } from 'react';

export const phone = '312-555-0142';

export function Business({ late }) {
  const [times, setTimes] = useState(0);
  const [isOpen, setOpen] = useState(false);
  return (
    <main>
      <p id="whole">Call 312-555-0142</p>
      <p id="pieces">Call {phone} or {'(312)'} 555-{'0142'}!</p>
      <a id="link" href={`tel:+1${phone.replaceAll('-', '')}`} title={phone}><b>312</b>-555-0142</a>
      <div id="markup" dangerouslySetInnerHTML={{ __html: '<p>Office <i>312-555-0142</i></p>' }} />
      <p id="times">{phone}, asked {times} times</p>
      <button id="again" onClick={() => setTimes(times + 1)}>Again</button>
      <button id="toggle" onClick={() => setOpen(!isOpen)}>Open</button>
      {isOpen && <dialog open id="popup">Popup {phone}</dialog>}
      <Suspense fallback={<p id="waits">Wait</p>}><Late late={late} /></Suspense>
    </main>
  );
}

function Late({ late }) {
  const text = late ? use(late) : 'Late';
  return <p id="late">{text} {phone}</p>;
}

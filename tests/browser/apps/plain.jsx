/** Pages in React whose markup has no comments in it, and nothing else by which a framework could be told. */

export function Plain() {
  return <main><p id="whole">Call 312-555-0142</p><a id="link" href="tel:+13125550142" title="312-555-0142">(312) 555-0142</a></main>;
}

/** The whole document. */
export function Page({ head = '', tag }) {
  return (
    <html lang="en">
      {/* biome-ignore lint/style/noHeadElement: this is no page of Next */}
      <head><meta charSet="utf-8" /><title>App</title><script async src={tag.src} data-site={tag.site} /></head>
      <body><Plain /><script dangerouslySetInnerHTML={{ __html: head }} /></body>
    </html>
  );
}

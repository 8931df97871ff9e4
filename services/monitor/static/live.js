// Renews the live parts of a page when the journal has moved on: asks for the same page again and replaces what
// has changed. The part a person is in stays as it is. Without scripts the page is complete, and still.
"use strict";
(() => {
  const live = () => document.querySelectorAll("[data-live]");
  if (!live().length || !window.EventSource) return;
  let busy = false;
  let again = false;

  const renew = async () => {
    if (document.hidden || busy) {
      again = true;
      return;
    }
    busy = true;
    again = false;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok) replace(await answer.text());
    } catch {
      // The next word on the line asks again.
    } finally {
      busy = false;
    }
    if (again) renew();
  };

  const replace = (text) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    for (const part of live()) {
      const next = fresh.getElementById(part.id);
      const used = part.contains(document.activeElement);
      if (next && !used && next.innerHTML !== part.innerHTML) part.replaceWith(document.adoptNode(next));
    }
  };

  document.addEventListener("visibilitychange", () => again && renew());
  new EventSource("/live").addEventListener("moved", renew);
})();

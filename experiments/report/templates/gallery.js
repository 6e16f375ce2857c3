// Filters the cards of a gallery, and follows the system's theme.
"use strict";
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => { document.documentElement.dataset.theme = dark.matches ? "dark" : "light"; };
  theme();
  dark.onchange = theme;
  const input = document.querySelector("#filter"), cards = [...document.querySelectorAll(".gallery li")];
  input.parentElement.hidden = false;
  input.oninput = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const card of cards) {
      const text = card.textContent.toLowerCase();
      card.hidden = !words.every(word => text.includes(word));
      left += !card.hidden;
    }
    document.querySelector("#count").textContent = `${left} of ${cards.length} studies`;
  };
})();

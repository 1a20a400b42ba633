// Pairs this browser: sends the code of the address's fragment, which no server gets by itself.

const code = location.hash.slice(1);
history.replaceState(null, "", "/pair"); // the code is in no history

addEventListener("hashchange", () => location.reload()); // another address, typed here

const tell = (what) => {
  document.querySelector("h1").hidden = true;
  document.querySelector(`[data-${what}]`).hidden = false;
};

if (code) {
  const answer = await fetch("/pair", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ code }),
  });
  if (answer.ok) location.replace((await answer.json()).page);
  else tell("refused");
} else {
  tell("missing");
}

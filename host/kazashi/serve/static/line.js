// The line to the service: server-sent events. Each second the service says that it is alive: so a line
// on which nothing comes any more is noticed, although no error comes either.

const SILENT_MS = 3000; // then the line is lost
const LOOK_MS = 500;
const AGAIN_MS = 5000; // for a try to open it

// Listen to the events of `query`; `on`: functions of events, by their kind. `lost()`: the line is.
// `back()`: it is open. `refused()`: the service does not open it.
export function listen(query, on, { lost, back, refused = () => {} }) {
  let line = null;
  let opened = 0;
  let isLost = false;
  let looked = Date.now();
  let heard = looked;

  function open() {
    line?.close();
    opened = Date.now();
    line = new EventSource(`/api/v1/events?alive=true${query}`);
    line.addEventListener("open", () => {
      isLost = false;
      hear();
      back();
    });
    line.addEventListener("error", () => line.readyState === EventSource.CLOSED && refused());
    line.addEventListener("alive", hear);
    for (const [kind, run] of Object.entries(on))
      line.addEventListener(kind, (event) => {
        hear();
        run(event);
      });
  }

  function hear() {
    heard = Date.now();
  }

  function look() {
    const now = Date.now();
    if (now - looked >= SILENT_MS) hear(); // the computer has slept: first see what comes
    looked = now;
    if (now - heard < SILENT_MS) return;
    if (!isLost) lost();
    isLost = true;
    if (line.readyState === EventSource.CLOSED || now - opened >= AGAIN_MS) open();
  }

  open();
  setInterval(look, LOOK_MS);
}

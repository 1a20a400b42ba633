// How long something has lasted: <time data-since="2026-11-29T10:42:00+00:00">.

export function showAges() {
  const { seconds, minutes } = document.body.dataset;
  for (const age of document.querySelectorAll("time[data-since]")) {
    const lasted = Math.max(0, Math.floor((Date.now() - Date.parse(age.dataset.since)) / 1000));
    const [m, s] = [Math.floor(lasted / 60), lasted % 60];
    age.textContent = (m ? minutes : seconds).replace("{minutes}", m).replace("{seconds}", s);
  }
}

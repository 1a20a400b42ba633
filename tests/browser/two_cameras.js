// Two cameras, by label: pictures in place of Chromium's fake ones, which all show the same.
// window.pictures: address of a picture by label; window.running: labels of tracks that go on.
window.running = () => tracks.filter((each) => each.readyState === "live").map((each) => each.named);
const tracks = [];
const labels = Object.keys(window.pictures);

navigator.mediaDevices.enumerateDevices = async () =>
  labels.map((label, n) => ({ kind: "videoinput", label, deviceId: `${n}` }));

navigator.mediaDevices.getUserMedia = async ({ video }) => {
  const label = labels[Number(video.deviceId?.exact ?? 0)];
  const picture = new Image();
  picture.src = window.pictures[label];
  await picture.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  const draw = () => canvas.getContext("2d").drawImage(picture, 0, 0);
  draw();
  const stream = canvas.captureStream(10);
  const timer = setInterval(draw, 100);
  const [track] = stream.getTracks();
  const stop = track.stop.bind(track);
  track.named = label;
  track.stop = () => (clearInterval(timer), stop());
  tracks.push(track);
  return stream;
};

// Stands in for the Worker: `played` says what it answers. No key, no list, no network.
const dish = { picture: "cold-beetroot-soup", names: { be: "халаднік", ru: "холодник", en: "cold beetroot soup" } };
const lines = [
  ["Грэчка — 2 пачкі", "Гречка — 2 пачки", "Buckwheat — 2 packs"],
  ["Смятана — 1 стаканчык", "Сметана — 1 стаканчик", "Sour cream — 1 cup"],
  ["Сушаныя грыбы — 3 пакецікі", "Сушёные грибы — 3 пакетика", "Dried mushrooms — 3 sachets"],
  ["Алей — 1 бутэлька", "Подсолнечное масло — 1 бутылка", "Sunflower oil — 1 bottle"],
  ["Зялёны гарошак — 4 бляшанкі", "Зелёный горошек — 4 банки", "Green peas — 4 tins"],
  ["Вішнёвае варэнне — 2 слоікі", "Вишнёвое варенье — 2 банки", "Cherry jam — 2 jars"],
  ["Аўсянка — 5 пачак", "Овсянка — 5 пачек", "Oats — 5 packs"],
  ["Мыла — 8 кавалкаў", "Мыло — 8 кусков", "Soap — 8 bars"],
  ["Чорны чай — 6 каробак", "Чёрный чай — 6 коробок", "Black tea — 6 boxes"],
].map(([be, ru, en]) => ({ be, ru, en }));
const closes = Math.ceil(Date.now() / 86400000) * 1440;
// What stands after asking, where that is another thing.
let asked = null;
let tried = 0;
const seen = () => ({ view: asked ?? played.view, onlyLooked: played.onlyLooked && !asked, epoch: 8, closes });
const ask = () => {
  asked = played.then ?? null;
  return seen();
};
const calls = {
  circle: () => played.circle,
  suggest: ([typed]) =>
    typed === "" ? [] : lines.slice(0, typed.startsWith("one") ? 1 : 4).map(({ be, ru, en }, good) => ({
      good,
      names: { be: be.split(" —")[0], ru: ru.split(" —")[0], en: en.split(" —")[0] },
    })),
  read: ([typed]) => {
    // Any good will do, as long as it is another for other letters.
    const good = [...typed.replace(/ \d+$/, "")].reduce((sum, one) => sum * 31 + one.codePointAt(0), 0);
    if (!/\d$/.test(typed)) throw "wrong_quantity";
    if (/wrong/.test(typed)) throw "unknown_good";
    return { good, quantity: 2, names: { be: typed, ru: typed, en: typed } };
  },
  draw: () => ({ lines, dish }),
  open: () => dish,
  same: () => !played.other,
  ask, offer: ask, family: seen, donor: seen,
};
addEventListener("message", ({ data: { id, name, arguments: given } }) => {
  if (played.slow && played.slow_at.includes(name)) {
    postMessage({ id, progress: played.slow });
    return;
  }
  try {
    if (played.fails !== "" && played.fails_at.includes(name) && tried++ >= played.fails_after) throw played.fails;
    postMessage({ id, value: calls[name](given) });
  } catch (code) {
    postMessage({ id, code: String(code) });
  }
});

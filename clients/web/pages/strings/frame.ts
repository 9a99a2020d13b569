/** What stands around every screen: leaving, locking, failing, and the recipe one leaves to. */

import type { Three } from "../phrases.generated.ts";

export const FRAME = {
  title: ["Рэцэпты", "Рецепты", "Recipes"],
  leave: ["Выйсці", "Уйти", "Leave"],
  leave_how: ["або двойчы Esc", "или дважды Esc", "or Esc twice"],
  help: ["Даведка", "Справка", "Help"],
  back: ["Назад", "Назад", "Back"],
  go_on: ["Далей", "Дальше", "Continue"],
  send: ["Адправіць", "Отправить", "Send"],
  copy: ["Скапіяваць", "Скопировать", "Copy"],
  copy_failed: [
    "Не скапіявалася: вылучыце тэкст самі.",
    "Не скопировалось: выделите текст сами.",
    "Not copied: select the text yourself.",
  ],
  copied: ["Скапіявана", "Скопировано", "Copied"],
  seen: ["Хто што бачыць", "Кто что видит", "Who sees what"],
  language: ["Мова", "Язык", "Language"],
  wait: ["Хвілінку", "Минутку", "One moment"],

  // ---- Locking and leaving

  lock_soon: [
    "Праз хвіліну старонка закрыецца сама. Неадпраўлены тэкст прападзе.",
    "Через минуту страница закроется сама. Неотправленный текст пропадёт.",
    "This page locks itself in a minute. Text that was not sent is then lost.",
  ],
  lock_soon_list: [
    "Праз хвіліну старонка закрыецца, і спіс прападзе: зноў яго не паказаць.",
    "Через минуту страница закроется, и список пропадёт: снова его не показать.",
    "This page locks itself in a minute, and the list goes with it: it cannot be shown again.",
  ],
  lock_stay: ["Яшчэ пабуду", "Ещё побуду", "Stay"],
  lock_rule: [
    "Пасля пяці хвілін без дзеянняў, ці калі старонку не відаць пяць хвілін, яна закрываецца, а неадпраўлены тэкст прападае.",
    "После пяти минут бездействия или если страницу не видно пять минут, она закрывается, а неотправленный текст пропадает.",
    "After five quiet minutes, or five out of sight, this page locks and text that was not sent is lost.",
  ],
  locked: ["Закрыта", "Закрыто", "Locked"],
  locked_is: [
    "Старонка ўсё забыла. Адпраўленае захавалася, яго адкрывае спіс; астатняе трэба пачаць зноў.",
    "Страница всё забыла. Отправленное сохранилось, его открывает список; остальное нужно начать снова.",
    "The page has forgotten everything. What was sent is kept, and the list opens it; the rest begins anew.",
  ],

  // ---- Errors of the page itself

  clock: [
    "Праверце дату на прыладзе: здаецца, яна не тая, што на вузле.",
    "Проверьте дату на устройстве: кажется, она не та, что на узле.",
    "Check the date of this device: it seems to differ from the node’s.",
  ],
  not_possible: [
    "Зараз гэта зрабіць нельга, нічога не адпраўлена. Паглядзіце яшчэ раз.",
    "Сейчас это сделать нельзя, ничего не отправлено. Посмотрите ещё раз.",
    "This cannot be done as things stand, and nothing was sent. Look again.",
  ],
  unpinned: [
    "Гэтая старонка не ведае свайго кола і таму працуе толькі з пробным.",
    "Эта страница не знает своего круга и поэтому работает только с пробным.",
    "This page has no circle of its own, so it works with a trial one only.",
  ],

  // ---- The page one leaves to

  soup: ["Грыбная поліўка", "Грибная похлёбка", "Mushroom and barley soup"],
  soup_how: [
    "Жменя сушаных грыбоў, паўшклянкі пярловых круп, цыбуліна, морква, дзве бульбіны, лыжка масла, смятана і кроп. Грыбы замачыць нанач. Крупы варыць у грыбной вадзе сорак хвілін, дадаць бульбу. Цыбулю і моркву падсмажыць на масле, пакласці ў поліўку разам з грыбамі і варыць яшчэ дзесяць хвілін. Падаваць са смятанай і кропам.",
    "Горсть сушёных грибов, полстакана перловки, луковица, морковь, две картофелины, ложка масла, сметана и укроп. Грибы замочить на ночь. Перловку варить в грибной воде сорок минут, добавить картошку. Лук и морковь поджарить на масле, положить в похлёбку вместе с грибами и варить ещё десять минут. Подавать со сметаной и укропом.",
    "A handful of dried mushrooms, half a glass of pearl barley, an onion, a carrot, two potatoes, a spoon of butter, sour cream and dill. Soak the mushrooms overnight. Boil the barley in their water for forty minutes, then add the potatoes. Fry onion and carrot in butter, put them into the soup with the mushrooms and boil ten minutes more. Serve with sour cream and dill.",
  ],
} as const satisfies Record<string, Three>;

/** What a family needs or a donor gives, and who vouches. */

import type { Three } from "../phrases.generated.ts";

export const ASKING = {
  // ---- Needs and offers

  needs: ["Што патрэбна", "Что нужно", "What is needed"],
  offer: ["Што вы можаце даць", "Что вы можете дать", "What you can give"],
  offer_again: ["Новая прапанова", "Новое предложение", "A new offer"],
  where: ["Дзе", "Где", "Where"],
  how: ["Як атрымаць", "Как получить", "How to receive it"],
  how_give: ["Як даслаць", "Как отправить", "How to send it"],
  how_none: [
    "У гэтых крамах так нельга",
    "В этих магазинах так нельзя",
    "Not possible at these stores",
  ],
  stores: ["Крамы", "Магазины", "Stores"],
  store: ["Крама", "Магазин", "Store"],
  way: ["Як", "Как", "How"],
  size: ["Колькі", "Сколько", "How much"],
  size_most: ["Не больш за", "Не больше", "At most"],
  size_small: [
    "Меншая пасылка хутчэй знаходзіць донара.",
    "Меньшая посылка быстрее находит донора.",
    "Smaller parcels find a donor sooner.",
  ],
  what: ["Што", "Что", "What"],
  at_once: ["Колькі людзей адначасова", "Сколько людей одновременно", "How many people at a time"],
  at_once_is: [
    "Астатнія месцы застануцца свабоднымі: прапануйце іх тут у іншы дзень. Гэты лік бачыце толькі вы.",
    "Остальные места останутся свободными: предложите их здесь в другой день. Это число видите только вы.",
    "The other slots stay free: offer them here on another day. Only you see this number.",
  ],
  urgent: [
    "Тэрмінова (лічыцца за тры дні чакання)",
    "Срочно (считается за три дня ожидания)",
    "Urgent (counts as three days of waiting)",
  ],
  needs_sees: [
    "Гэта прачытае праграма, якая падбірае пары, і потым донар. Каардынатары і вузел — не. Імя і адраса тут няма.",
    "Это прочитает программа, которая подбирает пары, и потом донор. Координаторы и узел — нет. Имени и адреса здесь нет.",
    "This is read by the program that makes pairs, and later by the donor; not by coordinators or the node. It holds no name and no address.",
  ],
  offer_sees: [
    "Прапанову чытае праграма, якая падбірае пары, і потым сям’я. Ні вашага імя, ні карткі ў ёй няма.",
    "Предложение читает программа, которая подбирает пары, и потом семья. Ни вашего имени, ни карты в нём нет.",
    "The offer is read by the program that makes pairs, and later by the family. It holds neither your name nor your card.",
  ],
  offer_slots: [
    "Спачатку тры месцы: не больш за трох чалавек адначасова. Кожная пацверджаная пасылка дае яшчэ адно.",
    "Сначала три места: не больше трёх человек одновременно. Каждая подтверждённая посылка даёт ещё одно.",
    "You begin with three slots: at most three people at a time. Each confirmed parcel earns one more.",
  ],

  // ---- Being vouched for

  words: ["Хто за\u00a0вас паручыцца", "Кто за\u00a0вас поручится", "Who vouches for you"],
  words_family: [
    "З запрашэннем словы не патрэбныя, і прылада нічога не лічыць. Без яго напішыце, каму і чаму патрэбная дапамога; імя і адраса не пішыце.",
    "С приглашением слова не нужны, и устройство ничего не считает. Без него напишите, кому и почему нужна помощь; имени и адреса не пишите.",
    "With an invite no words are needed, and the device computes nothing. Without one, say who needs help and why; write no name and no address.",
  ],
  words_donor: [
    "Напішыце, чаму вам можна давяраць і хто можа пра вас сказаць. Імя не трэба.",
    "Напишите, почему вам можно доверять и кто может о вас сказать. Имя не нужно.",
    "Write why you can be trusted and who could speak for you. No name is needed.",
  ],
  invite: ["Запрашэнне", "Приглашение", "Invite"],
  invite_hint: [
    "26 літар і лічбаў з паперкі",
    "26 букв и цифр с бумажки",
    "26 letters and digits from the slip",
  ],
  words_label: ["Словы каардынатарам", "Слова координаторам", "Words for the coordinators"],
  words_work: [
    "Прылада спачатку некалькі хвілін лічыць: так вузел абараняецца ад пустых просьбаў. Не закрывайце старонку і не гасіце экран.",
    "Устройство сначала несколько минут считает: так узел защищается от пустых просьб. Не закрывайте страницу и не гасите экран.",
    "The device first computes for some minutes: that keeps empty requests away from the node. Keep the page open and the screen on.",
  ],
  words_need: [
    "Патрэбна запрашэнне або некалькі слоў.",
    "Нужно приглашение или несколько слов.",
    "An invite or a few words are needed.",
  ],
  working: ["Прылада лічыць", "Устройство считает", "The device is computing"],
  working_far: [
    "Спроб: {tries}; звычайна каля {expected}, часам у некалькі разоў больш.",
    "Попыток: {tries}; обычно около {expected}, иногда в несколько раз больше.",
    "Tries: {tries}; usually about {expected}, sometimes several times as many.",
  ],
  characters: ["Застаецца знакаў: {count}", "Осталось знаков: {count}", "Characters left: {count}"],
} as const satisfies Record<string, Three>;

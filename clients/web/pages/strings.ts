/**
 * Every word of the pages, in Belarusian, Russian and English, in one table.
 *
 * Sentences shared with the command line come from phrases.generated.ts. Plain and calm: what is
 * so, who sees what, what comes next.
 */

import type { Language } from "../src/crypto/goods.ts";
import { PHRASES, type Three } from "./phrases.generated.ts";

const PAGES = {
  title: ["Рэцэпты", "Рецепты", "Recipes"],
  leave: ["Выйсці", "Уйти", "Leave"],
  leave_how: ["або двойчы Esc", "или дважды Esc", "or Esc twice"],
  help: ["Даведка", "Справка", "Help"],
  back: ["Назад", "Назад", "Back"],
  go_on: ["Далей", "Дальше", "Continue"],
  send: ["Адправіць", "Отправить", "Send"],
  copy: ["Скапіяваць", "Скопировать", "Copy"],
  copied: ["Скапіявана", "Скопировано", "Copied"],
  seen: ["Хто што бачыць", "Кто что видит", "Who sees what"],
  language: ["Мова", "Язык", "Language"],
  wait: ["Хвілінку", "Минутку", "One moment"],

  // ---- Beginning

  welcome: ["Пасылкі з прадуктамі", "Посылки с продуктами", "Food parcels"],
  welcome_is: [
    "Хтосьці за мяжой купляе прадукты, сям’я тут іх атрымлівае. Яны не ведаюць адно аднаго, і гэты вузел не ведае нікога з іх.",
    "Кто-то за границей покупает продукты, семья здесь их получает. Они не знают друг друга, и этот узел не знает никого из них.",
    "Somebody abroad buys groceries, a family here receives them. They do not know each other, and this node knows neither of them.",
  ],
  family: ["Мне патрэбная пасылка", "Мне нужна посылка", "I need a parcel"],
  donor: ["Я хачу дапамагчы", "Я хочу помочь", "I want to help"],
  welcome_sees: [
    "Пакуль вы нічога пра сябе не сказалі. Ваш правайдар бачыць, што вы карысталіся Tor; без Tor ён бачыць, з якім вузлом вы злучаліся.",
    "Пока вы ничего о себе не сказали. Ваш провайдер видит, что вы пользовались Tor; без Tor он видит, с каким узлом вы соединялись.",
    "You have said nothing about yourself yet. Your provider sees that Tor was used; without Tor it sees which node you connected to.",
  ],
  key: ["Ваш ключ — спіс пакупак", "Ваш ключ — список покупок", "Your key is a grocery list"],
  key_is: [
    "Ні імя, ні пароля. Дзевяць радкоў на паперцы адкрываюць усё ваша з любога тэлефона. Згублены спіс аднавіць нельга, а няправільных спісаў няма: кожны нешта адкрывае.",
    "Ни имени, ни пароля. Девять строк на бумажке открывают всё ваше с любого телефона. Потерянный список восстановить нельзя, а неправильных списков нет: каждый что-то открывает.",
    "No name and no password. Nine lines on a scrap of paper open all that is yours, on any phone. A lost list cannot be restored, and no list is wrong: each opens something.",
  ],
  key_sees: [
    "Спіс не пакідае гэтай прылады. Старонка нічога на ёй не захоўвае.",
    "Список не покидает этого устройства. Страница ничего на нём не хранит.",
    "The list never leaves this device. The page keeps nothing on it.",
  ],
  new_family: ["Папрасіць пасылку", "Попросить посылку", "Ask for a parcel"],
  new_donor: ["Прапанаваць дапамогу", "Предложить помощь", "Offer help"],
  have_list: ["У мяне ёсць спіс", "У меня есть список", "I have a list"],

  // ---- The list

  draw: ["Новы спіс", "Новый список", "A new list"],
  draw_ready: [
    "Вазьміце паперку і ручку. Спіс пакажацца адзін раз; перапішыце яго як звычайныя пакупкі, у любым парадку. Не фатаграфуйце.",
    "Возьмите бумажку и ручку. Список покажется один раз; перепишите его как обычные покупки, в любом порядке. Не фотографируйте.",
    "Take paper and a pen. The list is shown once; copy it like ordinary shopping, in any order. Do not photograph it.",
  ],
  draw_show: ["Паказаць спіс", "Показать список", "Show the list"],
  list: ["Пакупкі", "Покупки", "Groceries"],
  dish_is: [
    "Гэтую страву пакажа ваш спіс кожны раз.",
    "Это блюдо ваш список покажет каждый раз.",
    "Your list will show this dish every time.",
  ],
  written: ["Спіс перапісаны", "Список переписан", "I have copied it"],
  type: ["Ваш спіс", "Ваш список", "Your list"],
  type_how: [
    "Набярыце дзевяць радкоў: тавар і колькасць. У любым парадку, на любой мове; хопіць некалькіх літар.",
    "Наберите девять строк: товар и количество. В любом порядке, на любом языке; хватит нескольких букв.",
    "Type the nine lines: a good and how many. In any order and language; a few letters are enough.",
  ],
  type_sees: [
    "Набранае застаецца на гэтай прыладзе.",
    "Набранное остаётся на этом устройстве.",
    "What you type stays on this device.",
  ],
  type_all: [
    "Набярыце ўсе дзевяць радкоў з паперкі. Пасля гэтага просьба пойдзе ў чаргу сама.",
    "Наберите все девять строк с бумажки. После этого просьба уйдёт в очередь сама.",
    "Type all nine lines from your paper. Then the request goes out by itself.",
  ],
  good: ["Тавар {line}", "Товар {line}", "Good {line}"],
  quantity: ["Колькасць {line}", "Количество {line}", "How many {line}"],
  suggestions: ["Падказкі", "Подсказки", "Suggestions"],
  open: ["Адкрыць", "Открыть", "Open"],
  dish: ["Ваша страва?", "Ваше блюдо?", "Is this your dish?"],
  dish_if: [
    "Калі страва незнаёмая, у нейкім радку памылка: вярніцеся і праверце радкі.",
    "Если блюдо незнакомое, в какой-то строке ошибка: вернитесь и проверьте строки.",
    "If the dish is unfamiliar, one of the lines is wrong: go back and look at them.",
  ],
  dish_yes: ["Так, мая", "Да, моё", "Yes, it is mine"],
  dish_no: ["Вярнуцца да радкоў", "Вернуться к строкам", "Back to the lines"],
  list_other: [
    "Гэта іншы спіс, не той, які вам паказалі.",
    "Это другой список, не тот, который вам показали.",
    "This is another list than the one you were shown.",
  ],

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
    "Гэта прачытае праграма, якая падбірае пары, і потым сям’я. Ні вашага імя, ні карткі тут няма.",
    "Это прочитает программа, которая подбирает пары, и потом семья. Ни вашего имени, ни карты здесь нет.",
    "This is read by the program that makes pairs, and later by the family. It holds neither your name nor your card.",
  ],
  offer_slots: [
    "Спачатку тры месцы: тры чалавекі адначасова. Кожная пацверджаная пасылка дае яшчэ адно.",
    "Сначала три места: три человека одновременно. Каждая подтверждённая посылка даёт ещё одно.",
    "You begin with three slots: three people at a time. Each confirmed parcel earns one more.",
  ],

  // ---- Being vouched for

  words: ["Хто за вас паручыцца", "Кто за вас поручится", "Who vouches for you"],
  words_family: [
    "З запрашэннем словы не патрэбныя. Без яго напішыце, каму і чаму патрэбная дапамога; імя і адраса не пішыце.",
    "С приглашением слова не нужны. Без него напишите, кому и почему нужна помощь; имени и адреса не пишите.",
    "With an invite no words are needed. Without one, say who needs help and why; write no name and no address.",
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
    "Без запрашэння прылада спачатку некалькі хвілін лічыць: так вузел абараняецца ад пустых просьбаў. Не закрывайце старонку і не гасіце экран.",
    "Без приглашения устройство сначала несколько минут считает: так узел защищается от пустых просьб. Не закрывайте страницу и не гасите экран.",
    "Without an invite the device first computes for some minutes: that keeps empty requests away from the node. Keep the page open and the screen on.",
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

  // ---- Where things stand

  parcel: ["Ваша пасылка", "Ваша посылка", "Your parcel"],
  parcels: ["Вашы пасылкі", "Ваши посылки", "Your parcels"],
  look_again: ["Паглядзець яшчэ раз", "Посмотреть ещё раз", "Look again"],
  done_now: [
    "На сёння ўсё. Можна закрыць старонку: нічога не згубіцца.",
    "На сегодня всё. Можно закрыть страницу: ничего не потеряется.",
    "That is all for today. You may close the page: nothing is lost.",
  ],
  quiet_family: [
    "Пакуль нічога новага. Калі вы ўжо прасілі па гэтым спісе, рабіць нічога не трэба: просьба ідзе сваім парадкам.",
    "Пока ничего нового. Если вы уже просили по этому списку, делать ничего не нужно: просьба идёт своим чередом.",
    "Nothing new yet. If you have asked with this list, there is nothing to do: the request takes its course.",
  ],
  quiet_donor: [
    "Пакуль нічога новага. Калі вы ўжо прапаноўвалі дапамогу па гэтым спісе, рабіць нічога не трэба.",
    "Пока ничего нового. Если вы уже предлагали помощь по этому списку, делать ничего не нужно.",
    "Nothing new yet. If you have offered help with this list, there is nothing to do.",
  ],
  quiet_dish: [
    "Гэта страва спіса, які вы набралі. Калі яна не ваша, у нейкім радку памылка.",
    "Это блюдо списка, который вы набрали. Если оно не ваше, в какой-то строке ошибка.",
    "This is the dish of the list you typed. If it is not yours, one of the lines is wrong.",
  ],
  type_again: ["Набраць спіс яшчэ раз", "Набрать список ещё раз", "Type the list again"],
  quiet_new_family: [
    "Калі вы яшчэ не прасілі, пачніце адсюль. Ранейшая просьба, калі яна ёсць, застанецца якой была.",
    "Если вы ещё не просили, начните отсюда. Прежняя просьба, если она есть, останется какой была.",
    "If you have not asked yet, begin here. An earlier request, if there is one, stays as it was.",
  ],
  quiet_new_donor: [
    "Калі вы яшчэ не прапаноўвалі, пачніце адсюль. Ранейшая прапанова, калі яна ёсць, застанецца якой была.",
    "Если вы ещё не предлагали, начните отсюда. Прежнее предложение, если оно есть, останется каким было.",
    "If you have not offered yet, begin here. An earlier offer, if there is one, stays as it was.",
  ],
  match: ["Пра пасылку", "О посылке", "The parcel"],
  new_list: ["Узяць новы спіс", "Взять новый список", "Take a new list"],
  ask: ["Папрасіць", "Попросить", "Ask"],
  first_card: [
    "Цяпер просьба можа пайсці ў чаргу. Бяспечней зрабіць гэта ў іншы раз: каардынатар разам з варожым вузлом мог бы звязаць вас па часе.",
    "Теперь просьба может уйти в очередь. Безопаснее сделать это в другой раз: координатор вместе с враждебным узлом мог бы связать вас по времени.",
    "The request can now go out. Another time is safer: a coordinator together with a hostile node could link you by the hour.",
  ],
  first_card_now: [
    "Адправіць цяпер, набраўшы спіс",
    "Отправить сейчас, набрав список",
    "Send it now, after typing the list",
  ],
  next_parcel: ["Папрасіць наступную", "Попросить следующую", "Ask for the next one"],
  answer: ["Ваш адказ", "Ваш ответ", "Your answer"],
  terms_locker: [
    "Паштамат, імя, тэлефон",
    "Постамат, имя, телефон",
    "Locker, name, phone",
  ],
  terms_delivery: ["Імя, тэлефон, адрас", "Имя, телефон, адрес", "Name, phone, address"],
  terms_show: ["Паказаць донару", "Показать донору", "Show it to the donor"],
  received: ["Пасылка ў мяне", "Посылка у меня", "I have received it"],
  received_yes: ["Так, пацвердзіць", "Да, подтвердить", "Yes, confirm"],
  received_first: [
    "Спачатку скарыстайце код у краме, потым пацвярджайце.",
    "Сначала используйте код в магазине, потом подтверждайте.",
    "Use the code at the store first, then confirm.",
  ],
  thanks: ["Падзяка, калі хочаце", "Благодарность, если хотите", "Thanks, if you like"],
  again_donor: [
    "Наступным разам зноў з гэтым донарам, калі і ён захоча",
    "В следующий раз снова с этим донором, если и он захочет",
    "This donor again next time, if the donor wants so too",
  ],
  again_family: [
    "Наступным разам зноў гэтай сям’і, калі і яна захоча",
    "В следующий раз снова этой семье, если и она захочет",
    "This family again next time, if the family wants so too",
  ],
  code_failed: ["Код не дзейнічае", "Код не работает", "The code does not work"],
  code_failed_what: ["Што кажа крама", "Что говорит магазин", "What the store says"],
  write: ["Напісаць донару", "Написать донору", "Write to the donor"],
  write_family: ["Напісаць сям’і", "Написать семье", "Write to the family"],
  write_words: ["Вашы словы", "Ваши слова", "Your words"],
  write_kind: ["Што вы пішаце", "Что вы пишете", "What you write"],
  said: [
    "Адпраўлена. Прачытаюць, калі вернуцца.",
    "Отправлено. Прочитают, когда вернутся.",
    "Sent. It is read when the other side comes back.",
  ],
  cannot: ["Не магу адправіць", "Не могу отправить", "I cannot send it"],
  cannot_how: [
    "Напішыце чаму: магчыма, сям’я прапануе іншы спосаб.",
    "Напишите почему: возможно, семья предложит другой способ.",
    "Say why: the family may know another way.",
  ],
  cannot_say: ["Сказаць сям’і", "Сказать семье", "Tell the family"],
  give_up: [
    "Калі іншага спосабу няма, адмоўцеся: сям’я адразу вернецца ў чаргу, а гэтае ваша месца будзе страчана.",
    "Если другого способа нет, откажитесь: семья сразу вернётся в очередь, а это ваше место будет потеряно.",
    "If there is no other way, give it up: the family is back in the queue at once, and this slot of yours is lost.",
  ],
  decline: ["Адмовіцца", "Отказаться", "Decline"],
  decline_family: [
    "Ваша месца ў чарзе захаваецца.",
    "Ваше место в очереди сохранится.",
    "Your place in the queue is kept.",
  ],
  decline_donor: [
    "Сям’я захавае сваё месца ў чарзе.",
    "Семья сохранит своё место в очереди.",
    "The family keeps its place in the queue.",
  ],
  decline_yes: ["Так, адмовіцца", "Да, отказаться", "Yes, decline"],
  withdraw: ["Забраць назад", "Забрать назад", "Take it back"],
  withdraw_yes: ["Так, забраць", "Да, забрать", "Yes, take it back"],
  accept: ["Прыняць", "Принять", "Accept"],
  accept_parcel: [
    "Пасля гэтага сям’я скажа, куды дасылаць. Да таго нічога не купляйце.",
    "После этого семья скажет, куда отправлять. До того ничего не покупайте.",
    "The family then says where to send. Buy nothing before.",
  ],
  voucher_code: ["Код ваўчара", "Код ваучера", "The voucher’s code"],
  code_give: ["Даць код", "Дать код", "Give the code"],
  code_replace: ["Даць іншы код", "Дать другой код", "Give another code"],
  ordered: ["Я заказаў(-ла)", "Я заказал(а)", "I have ordered"],
  ordered_what: [
    "Што трэба, каб атрымаць: нумар, дзень",
    "Что нужно, чтобы получить: номер, день",
    "What is needed to receive it: number, day",
  ],
  post_slot: ["Прапанаваць яшчэ пасылку", "Предложить ещё посылку", "Offer another parcel"],
  close: ["Прыбраць гэтую пасылку", "Убрать эту посылку", "Put this parcel away"],
  close_soon: [
    "Хутка гэтая пасылка знікне адсюль сама, таму скажыце цяпер.",
    "Скоро эта посылка исчезнет отсюда сама, поэтому скажите сейчас.",
    "This parcel soon vanishes from here by itself, so say it now.",
  ],
  lines_bad: ["Напішыце хоць нешта.", "Напишите хоть что-нибудь.", "Write something first."],

  sees_asked: [
    "Каардынатары бачаць мову і вашы словы. Вузел бачыць, што нехта прасіў, і нічога больш.",
    "Координаторы видят язык и ваши слова. Узел видит, что кто-то просил, и ничего больше.",
    "Coordinators see your language and words. The node sees that somebody asked, and nothing else.",
  ],
  sees_waiting: [
    "Праграма, якая падбірае пары, бачыць вобласць, спосаб, крамы, памер і патрэбы; ні яна, ні вузел не бачаць імя, адраса і гэтай старонкі.",
    "Программа, которая подбирает пары, видит область, способ, магазины, размер и нужды; ни она, ни узел не видят имени, адреса и этой страницы.",
    "The program that makes pairs sees region, way, stores, size and needs; neither it nor the node sees a name, an address or this page.",
  ],
  sees_done: [
    "Размова сцёртая. Крама і банк сваё запомнілі: гэтага адсюль не сцерці.",
    "Разговор стёрт. Магазин и банк своё запомнили: этого отсюда не стереть.",
    "The conversation is erased. Store and bank remember their part: that cannot be erased from here.",
  ],
  sees_voucher_donor: [
    "Сям’я ўбачыць толькі код. Крама і банк бачаць, якая картка заплаціла і хто скарыстаў код.",
    "Семья увидит только код. Магазин и банк видят, какая карта заплатила и кто использовал код.",
    "The family sees only the code. Store and bank see which card paid and who uses the code.",
  ],
  sees_parcel_donor: [
    "Вы ўбачыце, куды дасылаць. Крама і банк бачаць картку, атрымальніка і тавары; акаўнт дастаўкі захоўвае адрас гадамі, таму потым выдаліце яго.",
    "Вы увидите, куда отправлять. Магазин и банк видят карту, получателя и товары; аккаунт доставки хранит адрес годами, поэтому потом удалите его.",
    "You will see where to send. Store and bank see card, recipient and goods; a delivery account keeps the address for years, so delete it afterwards.",
  ],

  // ---- Locking and leaving

  lock_soon: [
    "Праз хвіліну старонка закрыецца сама. Неадпраўлены тэкст прападзе.",
    "Через минуту страница закроется сама. Неотправленный текст пропадёт.",
    "This page locks itself in a minute. Text that was not sent is then lost.",
  ],
  lock_stay: ["Яшчэ пабуду", "Ещё побуду", "Stay"],
  lock_rule: [
    "Пасля пяці хвілін цішыні, ці калі старонку не відаць пяць хвілін, яна закрываецца, а неадпраўлены тэкст прападае.",
    "После пяти минут тишины или если страницу не видно пять минут, она закрывается, а неотправленный текст пропадает.",
    "After five quiet minutes, or five out of sight, this page locks and text that was not sent is lost.",
  ],
  locked: ["Закрыта", "Закрыто", "Locked"],
  locked_is: [
    "Старонка ўсё забыла. Набярыце спіс, каб працягнуць з таго ж месца.",
    "Страница всё забыла. Наберите список, чтобы продолжить с того же места.",
    "The page has forgotten everything. Type the list to go on from the same place.",
  ],

  // ---- Errors of the page itself

  clock: [
    "Праверце дату на прыладзе: яна, здаецца, іншая, чым у вузла.",
    "Проверьте дату на устройстве: она, кажется, другая, чем у узла.",
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

  // ---- Help

  help_phone: [
    "Тэлефон вярнулі пасля вобшуку",
    "Телефон вернули после обыска",
    "This phone came back from the police",
  ],
  help_phone_is: [
    "Не набірайце на ім спіс: там можа быць праграма, якая бачыць экран і клавішы. Вазьміце іншую прыладу, якой давяраеце.\nКалі другой няма, скіданне да заводскіх налад дапамагае, але не заўсёды.\nНа тым тэлефоне ад гэтай старонкі нічога не засталося: ні запісаў, ні спіса. Але тое, што Tor Browser усталяваны, відаць.",
    "Не набирайте на нём список: там может быть программа, которая видит экран и клавиши. Возьмите другое устройство, которому доверяете.\nЕсли другого нет, сброс к заводским настройкам помогает, но не всегда.\nНа том телефоне от этой страницы ничего не осталось: ни записей, ни списка. Но то, что Tor Browser установлен, видно.",
    "Do not type your list on it: a program there may see screen and keys. Use another device that you trust.\nIf there is none, a factory reset helps, but not always.\nThis page has left nothing on that phone, no records and no list. That Tor Browser is installed can be seen.",
  ],
  help_found: ["Мой спіс знайшлі", "Мой список нашли", "Somebody found my list"],
  help_found_is: [
    "На выгляд гэта звычайныя пакупкі. Хто ведае, што гэта ключ, можа адкрыць вашу просьбу і незавершаную размову: што вы прасілі і, калі вы ўжо паказалі адрас, гэты адрас. Імя донара там няма, яго не ведаеце і вы.\nКалі пасылка ў вас, хутчэй пацвердзіце: гэта сцірае размову. Інакш забярыце просьбу назад.\nПотым пачніце з новым спісам. Калі спіс патрабуюць, любыя дзевяць радкоў нешта адкрываюць.",
    "На вид это обычные покупки. Кто знает, что это ключ, может открыть вашу просьбу и незавершённый разговор: что вы просили и, если вы уже показали адрес, этот адрес. Имени донора там нет, его не знаете и вы.\nЕсли посылка у вас, скорее подтвердите: это стирает разговор. Иначе заберите просьбу назад.\nПотом начните с новым списком. Если список требуют, любые девять строк что-то открывают.",
    "It looks like ordinary shopping. Whoever knows that it is a key can open your request and an unfinished conversation: what you asked for and, if you have shown it already, your address. The donor’s name is not there; you do not know it either.\nIf you have the parcel, confirm it soon: that erases the conversation. Otherwise take the request back.\nThen begin with a new list. If a list is demanded, any nine lines open something.",
  ],
  help_lost: ["Я згубіў(-ла) спіс", "Я потерял(а) список", "I lost my list"],
  help_lost_is: [
    "Аднавіць яго не можа ніхто, каардынатары таксама. Тое, што ўжо адпраўлена, можа яшчэ прыйсці: донар бачыць адрас, які вы паказалі.\nКод, якога вы не паспелі ўбачыць, страчаны. Калі донар не дачакаецца пацвярджэння, вашай віны ў гэтым няма.\nПапрасіце зноў з новым спісам; старая просьба знікне сама прыкладна праз тры месяцы.",
    "Восстановить его не может никто, координаторы тоже. То, что уже отправлено, может ещё прийти: донор видит адрес, который вы показали.\nКод, который вы не успели увидеть, потерян. Если донор не дождётся подтверждения, вашей вины в этом нет.\nПопросите снова с новым списком; старая просьба исчезнет сама примерно через три месяца.",
    "Nobody can restore it, coordinators neither. What was sent already may still arrive: the donor sees the address you showed.\nA code that you have not seen yet is lost. If the donor never gets a confirmation, that is no fault of yours.\nAsk again with a new list; the old request vanishes by itself in about three months.",
  ],
  help_tor: ["Tor тут заблакаваны", "Tor здесь заблокирован", "Tor is blocked here"],
  help_tor_is: [
    "У Tor Browser: Налады → Злучэнне → Масты. Выберыце «Snowflake» або «obfs4» ці папрасіце мост там жа.\nКалі праграмы няма, файл часта перадаюць з рук у рукі; праверце, што гэта Tor Browser, а не яго падробка.\nБез Tor праз хатні інтэрнэт сюды лепш не заходзіць: правайдар убачыць адрас вузла.",
    "В Tor Browser: Настройки → Подключение → Мосты. Выберите «Snowflake» или «obfs4» либо запросите мост там же.\nЕсли программы нет, файл часто передают из рук в руки; проверьте, что это Tor Browser, а не его подделка.\nБез Tor через домашний интернет сюда лучше не заходить: провайдер увидит адрес узла.",
    "In Tor Browser: Settings → Connection → Bridges. Choose “Snowflake” or “obfs4”, or request a bridge there.\nIf you do not have the program, people often pass the file from hand to hand; make sure that it is Tor Browser and no copy of it.\nWithout Tor, better not come here over your home line: the provider would see the node’s address.",
  ],
  help_leave: ["Што хавае «Выйсці»", "Что скрывает «Уйти»", "What “Leave” hides"],
  help_leave_is: [
    "Кнопка адразу паказвае рэцэпт, сцірае ўсё з памяці старонкі і замяняе яе ў гісторыі. Клавіятура, тэлефон і сетка могуць памятаць сваё: здымак экрана, буфер абмену, што Tor працаваў. Гэтага старонка схаваць не можа.",
    "Кнопка сразу показывает рецепт, стирает всё из памяти страницы и заменяет её в истории. Клавиатура, телефон и сеть могут помнить своё: снимок экрана, буфер обмена, что Tor работал. Этого страница скрыть не может.",
    "The button shows a recipe at once, wipes the page’s memory and takes its place in the history. Keyboard, phone and network may remember their part: a screenshot, the clipboard, that Tor was running. The page cannot hide that.",
  ],
  help_law: [
    "Донарам: закон і плацяжы",
    "Донорам: закон и платежи",
    "For donors: law and payment",
  ],
  help_law_is: [
    "У Беларусі за такую дапамогу пераследуюць. Калі вы там бываеце або там вашы блізкія, падумайце, перш чым плаціць сваёй карткай.\nВы купляеце тавары, не перасылаеце грошы. Гэта не юрыдычная парада: законы вашай краіны ведаеце вы.\nМяняйце краму, дзень, набор і суму. На паштоўцы і ў каментары — звычайныя словы знаёмага. Адрас пішыце толькі ў заказ, потым выдаліце яго з акаўнта крамы.\nКрама і банк захоўваюць пакупку гадамі.",
    "В Беларуси за такую помощь преследуют. Если вы там бываете или там ваши близкие, подумайте, прежде чем платить своей картой.\nВы покупаете товары, не переводите деньги. Это не юридический совет: законы вашей страны знаете вы.\nМеняйте магазин, день, набор и сумму. На открытке и в комментарии — обычные слова знакомого. Адрес пишите только в заказ, потом удалите его из аккаунта магазина.\nМагазин и банк хранят покупку годами.",
    "In Belarus such help is prosecuted. If you travel there, or people close to you live there, think before you pay with your own card.\nYou buy goods and transfer no money. This is no legal advice: the law of your country is yours to know.\nVary store, day, basket and amount. Cards and comments carry the ordinary words of an acquaintance. Put the address into the order and nowhere else, and delete it from the store’s account afterwards.\nStore and bank keep the purchase for years.",
  ],
} as const satisfies Record<string, Three>;

/** Each language in itself: its code, its name, and what fits into a corner. */
export const LANGUAGE_NAMES: readonly (readonly [Language, string, string])[] = [
  ["be", "Беларуская", "Бел"],
  ["ru", "Русский", "Рус"],
  ["en", "English", "Eng"],
];

export const STRINGS = { ...PHRASES, ...PAGES } as const;

export type Key = keyof typeof STRINGS;

const COLUMN: Readonly<Record<Language, 0 | 1 | 2>> = { be: 0, ru: 1, en: 2 };

/** The string of *key* in *language*, its fields filled in. */
export function say(
  language: Language,
  key: Key,
  fields: Readonly<Record<string, string | number>> = {},
): string {
  const text: string = STRINGS[key][COLUMN[language]];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(fields[name] ?? ""));
}

export function isKey(key: string): key is Key {
  return Object.hasOwn(STRINGS, key);
}

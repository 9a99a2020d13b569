/** Plain words for bad days; a line break begins a paragraph. */

import type { Three } from "../phrases.generated.ts";

export const HELP = {
  help_phone: [
    "Тэлефон вярнулі пасля вобшуку",
    "Телефон вернули после обыска",
    "This phone came back from the police",
  ],
  help_phone_is: [
    "Не набірайце на ім спіс: там можа быць праграма, якая бачыць экран і клавішы. Вазьміце іншую прыладу, якой давяраеце.\nКалі другой няма, скіданне да заводскіх налад дапамагае, але не заўсёды.\nСама гэтая старонка нічога не захоўвае. Па-за Tor Browser магло застацца: што ён усталяваны, словы ў памяці клавіятуры, скапіяванае, здымкі экрана, акаўнты крам.",
    "Не набирайте на нём список: там может быть программа, которая видит экран и клавиши. Возьмите другое устройство, которому доверяете.\nЕсли другого нет, сброс к заводским настройкам помогает, но не всегда.\nСама эта страница ничего не хранит. Вне Tor Browser могло остаться: что он установлен, слова в памяти клавиатуры, скопированное, снимки экрана, аккаунты магазинов.",
    "Do not type your list on it: a program there may see screen and keys. Use another device that you trust.\nIf there is none, a factory reset helps, but not always.\nThis page keeps nothing by itself. Outside Tor Browser there may remain: that it is installed, words the keyboard learned, what was copied, screenshots, accounts at stores.",
  ],
  help_found: ["Мой спіс знайшлі", "Мой список нашли", "Somebody found my list"],
  help_found_is: [
    "На выгляд гэта звычайныя пакупкі. Хто ведае, што гэта ключ, можа адкрыць вашу просьбу і незавершаную размову: што вы прасілі і, калі вы ўжо паказалі адрас, гэты адрас. Імя донара там няма, яго не ведаеце і вы.\nКалі пасылка ў вас, хутчэй пацвердзіце: гэта сцірае размову. Інакш забярыце просьбу назад.\nПотым пачніце з новым спісам. Калі спіс патрабуюць, любыя дзевяць радкоў нешта адкрываюць.",
    "На вид это обычные покупки. Кто знает, что это ключ, может открыть вашу просьбу и незавершённый разговор: что вы просили и, если вы уже показали адрес, этот адрес. Имени донора там нет, его не знаете и вы.\nЕсли посылка у вас, скорее подтвердите: это стирает разговор. Иначе заберите просьбу назад.\nПотом начните с новым списком. Если список требуют, любые девять строк что-то открывают.",
    "It looks like ordinary shopping. Whoever knows that it is a key can open your request and an unfinished conversation: what you asked for and, if you have shown it already, your address. The donor’s name is not there; you do not know it either.\nIf you have the parcel, confirm it soon: that erases the conversation. Otherwise take the request back.\nThen begin with a new list. If a list is demanded, any nine lines open something.",
  ],
  help_lost: ["Мой спіс згублены", "Мой список потерян", "I lost my list"],
  help_lost_is: [
    "Аднавіць яго не можа ніхто, каардынатары таксама. Тое, што ўжо адпраўлена, можа яшчэ прыйсці: донар бачыць адрас, які вы паказалі.\nКод, якога вы не паспелі ўбачыць, страчаны. Калі донар не дачакаецца пацвярджэння, вашай віны ў гэтым няма.\nПапрасіце зноў з новым спісам; старая просьба знікне сама прыкладна праз тры месяцы.",
    "Восстановить его не может никто, координаторы тоже. То, что уже отправлено, может ещё прийти: донор видит адрес, который вы показали.\nКод, который вы не успели увидеть, потерян. Если донор не дождётся подтверждения, вашей вины в этом нет.\nПопросите снова с новым списком; старая просьба исчезнет сама примерно через три месяца.",
    "Nobody can restore it, coordinators neither. What was sent already may still arrive: the donor sees the address you showed.\nA code that you have not seen yet is lost. If the donor never gets a confirmation, that is no fault of yours.\nAsk again with a new list; the old request vanishes by itself in about three months.",
  ],
  help_tor: ["Tor тут заблакаваны", "Tor здесь заблокирован", "Tor is blocked here"],
  help_tor_is: [
    "У Tor Browser: Налады → Злучэнне → Масты. Выберыце «Snowflake» або «obfs4» ці папрасіце мост там жа. На Android: меню ⋮ → Налады → налада маста (Config Bridge) → уключыце мост (Use a Bridge), выберыце там жа або ўпішыце свой.\nКалі праграмы няма, файл часта перадаюць з рук у рукі; праверце, што гэта Tor Browser, а не яго падробка.\nБез Tor праз хатні інтэрнэт сюды лепш не заходзіць: правайдар убачыць адрас вузла.",
    "В Tor Browser: Настройки → Подключение → Мосты. Выберите «Snowflake» или «obfs4» либо запросите мост там же. На Android: меню ⋮ → Настройки → настройка моста (Config Bridge) → включите мост (Use a Bridge), выберите там же или впишите свой.\nЕсли программы нет, файл часто передают из рук в руки; проверьте, что это Tor Browser, а не его подделка.\nБез Tor через домашний интернет сюда лучше не заходить: провайдер увидит адрес узла.",
    "In Tor Browser: Settings → Connection → Bridges. Choose “Snowflake” or “obfs4”, or request a bridge there. On Android: menu ⋮ → Settings → Config Bridge → “Use a Bridge”; choose one there, or type one you were given.\nIf you do not have the program, people often pass the file from hand to hand; make sure that it is Tor Browser and no copy of it.\nWithout Tor, better not come here over your home line: the provider would see the node’s address.",
  ],
  help_tor_sheet: ["Падрабязней, для друку", "Подробнее, для печати", "More, to be printed"],
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

/** Before anybody is known in any way: the sides, the key, the list. */

import type { Three } from "../phrases.generated.ts";

export const BEGINNING = {
  // ---- Beginning

  welcome: ["Пасылкі з\u00a0прадуктамі", "Посылки с\u00a0продуктами", "Food parcels"],
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
  key: ["Ваш ключ\u00a0— спіс пакупак", "Ваш ключ\u00a0— список покупок", "Your key is a grocery list"],
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
    "Вазьміце паперку і ручку. Спіс паказваецца адзін раз; перапішыце яго як звычайныя пакупкі, у любым парадку. Не фатаграфуйце.",
    "Возьмите бумажку и ручку. Список показывается один раз; перепишите его как обычные покупки, в любом порядке. Не фотографируйте.",
    "Take paper and a pen. The list is shown once; copy it like ordinary shopping, in any order. Do not photograph it.",
  ],
  draw_show: ["Паказаць спіс", "Показать список", "Show the list"],
  list: ["Пакупкі", "Покупки", "Groceries"],
  dish_is: [
    "Спіс бачыце толькі вы. Гэтую страву ён пакажа кожны раз.",
    "Список видите только вы. Это блюдо он покажет каждый раз.",
    "Only you see this list. It will show this dish every time.",
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
    "Набярыце ўсе дзевяць радкоў з паперкі. Пасля гэтага вы станеце ў чаргу.",
    "Наберите все девять строк с бумажки. После этого вы встанете в очередь.",
    "Type all nine lines from your paper. Then you join the queue.",
  ],
  good: ["Тавар {line}", "Товар {line}", "Good {line}"],
  quantity: ["Колькасць {line}", "Количество {line}", "How many {line}"],
  line_long: [
    "Задоўгі радок: больш за 120 знакаў.",
    "Слишком длинная строка: больше 120 знаков.",
    "This line is too long: more than 120 characters.",
  ],
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
} as const satisfies Record<string, Three>;

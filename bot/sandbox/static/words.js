// The page's own words, in the language of the person whose telephone it is.
const WORDS = {
  en: {
    people: 'Whose telephone', chats: 'Chats', addPerson: 'Add a person', newGroup: 'New group', mailbox: 'Mailbox',
    bot: 'bot', typing: 'typing…', members: 'members', start: 'Start', write: 'Message', send: 'Send', attach: 'Attach a file',
    commands: 'Menu', edited: 'edited', today: 'Today', yesterday: 'Yesterday', older: 'Show earlier messages', back: 'Back to chats',
    toEnd: 'Go to the newest message', block: 'Stop the bot', unblock: 'Unblock the bot', more: 'More', blocked: 'You stopped this bot.',
    empty: 'No messages yet', hint: 'Press Start to begin.', photo: 'Photo', file: 'File', asPhoto: 'send as a photo',
    cancel: 'Cancel', ok: 'OK', close: 'Close', name: 'Name', language: 'Language', add: 'Add', title: 'Title',
    upgrade: 'Turn into a supergroup', remove: 'Remove the bot', invite: 'Add the bot', botGone: 'The bot is not in this group.',
    moved: 'This group became a supergroup.', joined: 'added the bot', upgraded: 'The group became a supergroup',
    lost: 'The connection to the sandbox was lost; trying again.', keyboard: 'Buttons', spoiler: 'Hidden text, press to show',
    unread: 'unread', pressed: 'waiting for the bot', noAnswer: 'The bot gave no answer.',
  },
  ru: {
    people: 'Чей телефон', chats: 'Чаты', addPerson: 'Добавить человека', newGroup: 'Новая группа', mailbox: 'Почта',
    bot: 'бот', typing: 'печатает…', members: 'участников', start: 'Начать', write: 'Сообщение', send: 'Отправить', attach: 'Прикрепить файл',
    commands: 'Меню', edited: 'изменено', today: 'Сегодня', yesterday: 'Вчера', older: 'Показать более ранние', back: 'К списку чатов',
    toEnd: 'К последнему сообщению', block: 'Остановить бота', unblock: 'Разблокировать бота', more: 'Ещё', blocked: 'Вы остановили этого бота.',
    empty: 'Сообщений пока нет', hint: 'Нажмите «Начать».', photo: 'Фото', file: 'Файл', asPhoto: 'отправить как фото',
    cancel: 'Отмена', ok: 'Хорошо', close: 'Закрыть', name: 'Имя', language: 'Язык', add: 'Добавить', title: 'Название',
    upgrade: 'Сделать супергруппой', remove: 'Удалить бота', invite: 'Добавить бота', botGone: 'Бота нет в этой группе.',
    moved: 'Эта группа стала супергруппой.', joined: 'добавил(а) бота', upgraded: 'Группа стала супергруппой',
    lost: 'Связь с песочницей потеряна, пробуем снова.', keyboard: 'Кнопки', spoiler: 'Скрытый текст, нажмите, чтобы показать',
    unread: 'непрочитанных', pressed: 'ждём бота', noAnswer: 'Бот не ответил.',
  },
  kk: {
    people: 'Кімнің телефоны', chats: 'Чаттар', addPerson: 'Адам қосу', newGroup: 'Жаңа топ', mailbox: 'Пошта',
    bot: 'бот', typing: 'жазып жатыр…', members: 'қатысушы', start: 'Бастау', write: 'Хабарлама', send: 'Жіберу', attach: 'Файл тіркеу',
    commands: 'Мәзір', edited: 'өзгертілген', today: 'Бүгін', yesterday: 'Кеше', older: 'Бұрынғыларын көрсету', back: 'Чаттар тізіміне',
    toEnd: 'Соңғы хабарламаға', block: 'Ботты тоқтату', unblock: 'Ботты қайта қосу', more: 'Тағы', blocked: 'Сіз бұл ботты тоқтаттыңыз.',
    empty: 'Әзірге хабарлама жоқ', hint: '«Бастау» түймесін басыңыз.', photo: 'Фото', file: 'Файл', asPhoto: 'фото ретінде жіберу',
    cancel: 'Бас тарту', ok: 'Жарайды', close: 'Жабу', name: 'Аты', language: 'Тілі', add: 'Қосу', title: 'Атауы',
    upgrade: 'Супертопқа айналдыру', remove: 'Ботты шығару', invite: 'Ботты қосу', botGone: 'Бұл топта бот жоқ.',
    moved: 'Бұл топ супертопқа айналды.', joined: 'ботты қосты', upgraded: 'Топ супертопқа айналды',
    lost: 'Құмсалғышпен байланыс үзілді, қайта қосылып жатырмыз.', keyboard: 'Түймелер', spoiler: 'Жасырын мәтін, көру үшін басыңыз',
    unread: 'оқылмаған', pressed: 'бот жауабын күтудеміз', noAnswer: 'Бот жауап бермеді.',
  },
};

export const LANGUAGES = { kk: 'Қазақша', ru: 'Русский', en: 'English' };
let language = 'en';

export function speak(code) {
  language = WORDS[code] ? code : 'en';
  document.documentElement.lang = language;
}

export const word = (key) => WORDS[language][key];

export function clock(seconds) {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(seconds * 1000));
}

export function day(seconds) {
  const then = new Date(seconds * 1000);
  const now = new Date();
  const days = Math.round((new Date(now.toDateString()) - new Date(then.toDateString())) / 86400000);
  if (days === 0) return word('today');
  if (days === 1) return word('yesterday');
  return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'long', year: then.getFullYear() === now.getFullYear() ? undefined : 'numeric' }).format(then);
}

export function bytes(count) {
  const units = ['B', 'KB', 'MB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log(Math.max(count, 1)) / Math.log(1024)));
  const value = count / 1024 ** step;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: step && value < 100 ? 1 : 0 }).format(value)} ${units[step]}`;
}

// Talking to the sandbox: its state, what a person does, and the live stream of changes.
async function answerOf(response) {
  const body = await response.json().catch(() => ({ error: `${response.status} ${response.statusText}` }));
  if (!response.ok) throw new Error(body.error || response.statusText);
  return body;
}

export const loadState = async (person) => answerOf(await fetch(`/sandbox/state?person=${person || ''}`));
export const loadOlder = async (chat, before) => answerOf(await fetch(`/sandbox/chats/${chat}/messages?before=${before}`));

/** Do something as a person. `fields` go as JSON, or as a form where one of them is a file. */
export async function act(person, name, fields = {}) {
  const address = person ? `/sandbox/people/${person}/${name}` : '/sandbox/people';
  if (fields.file) {
    const form = new FormData();
    for (const [key, value] of Object.entries(fields)) form.append(key, value);
    return answerOf(await fetch(address, { method: 'POST', body: form }));
  }
  return answerOf(await fetch(address, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(fields) }));
}

/** Listen for ever; `onEvent` gets each change, `onState` true or false as the connection comes and goes. */
export function listen(onEvent, onState) {
  const source = new EventSource('/sandbox/events');
  source.onmessage = (message) => onEvent(JSON.parse(message.data));
  source.onopen = () => onState(true);
  source.onerror = () => {
    onState(false);
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => listen(onEvent, onState), 2000);
    }
  };
}

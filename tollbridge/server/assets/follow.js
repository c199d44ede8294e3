// Exchanges as they come, for each of our pages.
import { call, say, tokenEntered } from "./control.js";
import { events } from "./exchanges.js";

const RETRY_MS = 1500;

/**
 * Follow the exchanges for ever, and say in the page how that goes; fetch and not EventSource, which sends no token.
 *
 * after: the number of an exchange, 0 for all that are kept, "now" for what comes from now on.
 * live, closed: the sentences while exchanges come, and while they need the control token.
 * take: is given the exchanges of one event, the oldest first.
 * startOver: is called when the server has another list than before, which is then taken from its beginning.
 */
export async function follow({ after, live, closed, take, startOver = () => {} }) {
  let journal = "";
  const receive = async ({ event, data }) => {
    const value = JSON.parse(data);
    if (event !== "journal") {
      after = Math.max(Number(after) || 0, ...value.map((one) => one.number));
      return take(value);
    }
    if (journal && journal !== value) {
      after = 0;
      startOver();
    }
    journal = value;
  };
  for (;;) {
    try {
      const answer = await call("GET", `console/events?after=${after}&journal=${journal}`);
      say("state", live);
      for await (const event of events(answer.body)) await receive(event);
      say("state", "The server has ended the connection. Trying again …");
    } catch (error) {
      say("state", error.status === 403 ? closed : `${error.status ? error.message : "The server does not answer."} Trying again …`);
      if (error.status === 403) await tokenEntered();
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

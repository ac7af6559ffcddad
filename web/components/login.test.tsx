/** The form that asks for the access token, by what the gateway answers. */

import { expect, it, vi } from "vitest";
import { page, userEvent } from "vitest/browser";
import { LoginForm } from "../src/ui/LoginForm";
import { TRY_AGAIN_EVENT } from "../src/ui/usePlayer";
import { mount } from "./support/mount";
import { soon } from "./support/soon";

const BASE = "http://gateway.invalid/cam/";
const field = page.getByLabelText("Access token");
const watch = page.getByRole("button", { name: "Watch" });

function form(answer: () => Promise<Response>) {
  const asked = vi.fn((_url: string, _options: RequestInit) => answer());
  vi.stubGlobal("fetch", asked);
  const tried = vi.fn();
  addEventListener(TRY_AGAIN_EVENT, tried, { once: true });
  mount(<LoginForm base={BASE} />);
  return { asked, tried };
}

const status = (status: number) => async () => new Response(null, { status });

it("the right token is sent to the gateway alone, and every player tries again", async () => {
  const { asked, tried } = form(status(204));
  await field.fill("open sesame");
  await userEvent.keyboard("{Enter}");
  await soon(() => expect(tried).toHaveBeenCalledOnce());
  const [url, options] = asked.mock.calls[0] ?? [];
  expect(url).toBe("http://gateway.invalid/cam/api/login");
  expect(options?.body).toContain('"token":"open sesame"');
  expect(options?.credentials).toBe("include");
});

it.each([
  [401, "This is not the token. It may be over."],
  [429, "Too many wrong tokens. Wait a minute."],
  [500, "The gateway said 500. Try again."],
])("an answer of %i is said in words beside the field", async (code, words) => {
  const { tried } = form(status(code));
  await field.fill("wrong");
  await watch.click();
  await expect.element(page.getByRole("alert")).toHaveTextContent(words);
  await expect.element(field).toHaveAttribute("aria-invalid", "true");
  await expect.element(field).toHaveAccessibleDescription(words);
  expect(tried).not.toHaveBeenCalled();
});

it("a gateway that does not answer is said, and the form can be used again", async () => {
  form(() => Promise.reject(new TypeError("no network")));
  await field.fill("any");
  await watch.click();
  await expect.element(page.getByRole("alert")).toHaveTextContent("The gateway does not answer");
  await expect.element(watch).toBeEnabled();
});

it("nothing is asked without a token, nor twice at once", async () => {
  const answers: ((answer: Response) => void)[] = [];
  const { asked } = form(() => new Promise((resolve) => answers.push(resolve)));
  await watch.click();
  expect(asked).not.toHaveBeenCalled();
  await field.fill("one");
  await watch.click();
  await expect.element(watch).toBeDisabled();
  await userEvent.keyboard("{Enter}");
  expect(asked).toHaveBeenCalledOnce();
  answers[0]?.(new Response(null, { status: 401 }));
  await expect.element(watch).toBeEnabled();
});

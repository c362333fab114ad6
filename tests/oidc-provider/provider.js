/**
 * A certified OpenID provider (node-oidc-provider) with people of our own, for the tests: HTTPS with the certificate that
 * it is given, one client, and a sign-in page that takes a person's name alone. It prints its issuer once it listens.
 *
 *   node provider.js            reads its settings as JSON from the environment's PROVIDER
 *
 * { key, certificate, host?, port?, stays?, client_id, client_secret, redirect_uris, people: { ann: { email, email_verified, … } } }
 *
 * `PUT /people` on the same port replaces the people: what a directory's administrator does meanwhile.
 */
import { createServer } from "node:https";
import { Provider } from "oidc-provider";

// what the provider notes goes with its complaints: nobody reads on after the issuer
console.info = console.error;

const settings = JSON.parse(process.env.PROVIDER);
let people = settings.people;

const server = createServer({ key: settings.key, cert: settings.certificate });
await new Promise((resolve) => server.listen(settings.port ?? 0, "127.0.0.1", resolve));
const issuer = `https://${settings.host ?? "localhost"}:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: settings.client_id,
      client_secret: settings.client_secret,
      redirect_uris: settings.redirect_uris,
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  // directories put what is asked for into the ID token, and so does this one
  conformIdTokenClaims: false,
  pkce: { required: () => false },
  features: { devInteractions: { enabled: false } },
  cookies: { keys: ["a key of the tests"] },
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  async findAccount(_ctx, id) {
    const found = Object.entries(people).find(([name, person]) => subject(name, person) === id);
    if (!found) return undefined;
    const { sub: _, ...claims } = found[1];
    return { accountId: id, claims: async () => ({ sub: id, ...claims }) };
  },
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope("openid email profile");
    await grant.save();
    return grant;
  },
});

/** A person's name that stays, which is its name here unless it has another. */
function subject(name, person) {
  return person.sub ?? name;
}

const page = (body) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test provider</title>${body}</html>`;

provider.use(async (ctx, next) => {
  if (ctx.path === "/people" && ctx.method === "PUT") {
    people = JSON.parse(await read(ctx.req));
    ctx.status = 204;
    return;
  }
  if (!ctx.path.startsWith("/interaction/")) return next();
  if (ctx.method === "GET") {
    ctx.type = "html";
    ctx.body = page(
      `<h1>Test provider</h1><form method="post"><label>Person <input name="person" autofocus></label>
       <button>Continue</button></form>`,
    );
    return;
  }
  const person = new URLSearchParams(await read(ctx.req)).get("person");
  const result = people[person]
    ? { login: { accountId: subject(person, people[person]) } }
    : { error: "access_denied", error_description: "nobody of this name" };
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
  ctx.respond = false;
});

async function read(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

server.on("request", provider.callback());
// ends with whoever started it
if (!settings.stays) process.stdin.on("end", () => process.exit(0)).resume();
console.log(issuer);

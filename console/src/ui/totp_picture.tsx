import { t } from "../words";

// The secret for an authenticator app, as a picture and as text. The picture is shown as an image,
// so that nothing in it can run.
export function TotpPicture({ setup }: { setup: { secret: string; qr_svg: string } }) {
  return (
    <>
      <img
        className="qr"
        alt={t.signIn.totpQr}
        src={`data:image/svg+xml;charset=utf-8,${encodeURIComponent(setup.qr_svg)}`}
      />
      <div>
        <p className="meta">{t.signIn.totpSecret}</p>
        <code className="secret">{setup.secret.match(/.{1,4}/g)?.join(" ")}</code>
      </div>
    </>
  );
}

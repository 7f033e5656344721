/** On every screen while no Stripe key is set: nothing here is real, and nobody is charged. */
export function SandboxRibbon() {
  return (
    <aside
      aria-label="Sandbox"
      className="border-b border-attention/30 bg-attention-soft px-4 py-1.5 text-center text-xs text-attention"
    >
      <strong className="font-semibold tracking-wide">SANDBOX</strong>
      <span aria-hidden> · </span>
      Stripe and every vendor are stand-ins on this machine. No card is charged and no mail leaves it.
    </aside>
  );
}

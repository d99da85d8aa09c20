package io.scopeguard.permission.read;

import io.scopeguard.annotation.Internal;
import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;

/**
 * The context of the second read of a loss, which confirms or refutes it.
 *
 * @param context the context of the read
 * @param noticed when the first read showed the loss; only a read that began later confirms it
 *
 * @hidden
 */
@Internal
public record ConfirmingRead(CallContext context, long noticed) implements CallContext {

    @Override
    public Priority priority() {
        return context.priority();
    }

    @Override
    public void begins() {
        context.begins();
    }

    @Override
    public long notBefore() {
        return Math.max(context.notBefore(), noticed);
    }

    @Override
    public boolean isConfirming() {
        return true;
    }

    @Override
    public boolean takes(long begunAt, long endedAt) {
        return begunAt > noticed && context.takes(begunAt, endedAt);
    }
}

package io.scopeguard.permission;

import io.scopeguard.provider.CallContext;
import io.scopeguard.provider.Priority;

/**
 * A read that confirms or refutes a loss.
 *
 * @param context the context of the read
 * @param noticed when a first look had shown the loss: only a read that began later is a second look
 */
record SecondLook(CallContext context, long noticed) implements CallContext {

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
    public boolean isSecondLook() {
        return true;
    }

    @Override
    public boolean takes(long begunAt, long endedAt) {
        return begunAt > noticed && context.takes(begunAt, endedAt);
    }
}

package io.scopeguard.remedy;

import io.scopeguard.annotation.Internal;

/**
 * Shares with other processes which remedies clients were asked for, so that no client is asked for consent twice. By default,
 * nothing is shared. Thread-safe; must not wait.
 *
 * @hidden
 */
@Internal
@FunctionalInterface
public interface AskExchange {

    /** No exchange between processes. */
    AskExchange NONE = ask -> {};

    /** Reports a remedy that this process asked a client for, if later decisions depend on it. */
    void asked(RecordedAsk ask);
}

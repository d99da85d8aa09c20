package io.scopeguard.remedy;

/**
 * Tells other processes what clients were asked for, so that none of them asks for consent again. By default, nobody is told.
 * Thread-safe; must not wait.
 */
@FunctionalInterface
public interface AskExchange {

    /** Each process for itself. */
    AskExchange NONE = ask -> {};

    /** This process has asked a client for something that matters later. */
    void asked(RecordedAsk ask);
}

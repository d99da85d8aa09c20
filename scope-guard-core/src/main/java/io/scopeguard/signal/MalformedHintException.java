package io.scopeguard.signal;

/** A {@code Scope-Drift} header breaks its own rules. Never leaves this package. */
final class MalformedHintException extends IllegalArgumentException {

    MalformedHintException(String member) {
        super("malformed: " + member);
    }
}

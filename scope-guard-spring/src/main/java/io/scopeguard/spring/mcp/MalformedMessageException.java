package io.scopeguard.spring.mcp;

/** A message is not what the protocol demands, so that nothing can be decided about it. */
final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1;

    /** @param problem in words that a client may read */
    MalformedMessageException(String problem) {
        super(problem, null, false, false);
    }
}

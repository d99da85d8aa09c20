package io.scopeguard.spring.mcp;

/** A transport that passes messages through the guard. */
interface GuardedTransport {

    /** The transport that receives the messages. */
    Object original();

    /** How many servers receive their messages from here. */
    int servers();
}

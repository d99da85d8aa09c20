package io.scopeguard.attack;

/**
 * One attack.
 *
 * @param group the kind of attack
 * @param name the attempt
 * @param request the whole HTTP request; each character is a byte
 * @param expected the answers that are right: status, error code of the challenge and problem type, each answer as
 *     {@link Answer#toString()} writes it, separated by {@code " | "}
 */
record Attack(String group, String name, String request, String expected) {

    boolean isRepelledBy(Answer answer) {
        return (" | " + expected + " | ").contains(" | " + answer + " | ");
    }

    /** Requests that have to be granted show that the suite can distinguish the two. */
    boolean isControl() {
        return expected.equals(Attacks.GRANTED) || expected.equals(Attacks.CONNECTED);
    }

    @Override
    public String toString() {
        return group + ": " + name;
    }
}

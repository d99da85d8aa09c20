package io.scopeguard.attack;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The parts of a response that decide about the success of an attack.
 *
 * @param status the HTTP status
 * @param challenges the values of all {@code WWW-Authenticate} headers
 * @param problem the last part of the problem type, or a dash
 * @param raw the whole answer
 */
record Answer(int status, List<String> challenges, String problem, String raw) {

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");
    private static final Pattern CHALLENGE = Pattern.compile("(?im)^www-authenticate: *(.*?)\r?$");
    private static final Pattern ERROR = Pattern.compile("error=\"([^\"]*)\"");
    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");
    private static final Pattern PROBLEM = Pattern.compile("urn:problem-type:scope-guard:([a-z-]+)");

    static Answer parse(String raw) {
        Matcher status = STATUS.matcher(raw);
        int code = status.lookingAt() ? Integer.parseInt(status.group(1)) : 0;
        String head = raw.split("\r\n\r\n", 2)[0];
        List<String> challenges =
                CHALLENGE.matcher(head).results().map(found -> found.group(1)).toList();
        Matcher problem = PROBLEM.matcher(raw);
        return new Answer(code, challenges, problem.find() ? problem.group(1) : "-", raw);
    }

    /** Whether the form of the answer is the one that RFC 6750 asks for. */
    boolean isWellFormed() {
        boolean isChallenged = challenges.size() == 1
                && challenges.get(0).startsWith("Bearer ")
                && !QUOTED.matcher(challenges.get(0))
                        .replaceAll("")
                        .substring(1)
                        .contains("Bearer");
        return challenges.isEmpty() ? status != 401 : isChallenged;
    }

    private String error() {
        Matcher error = ERROR.matcher(String.join(" ", challenges));
        return error.find() ? error.group(1) : "-";
    }

    /** Status, error code and problem type: {@code 401 invalid_token invalid-token}. */
    @Override
    public String toString() {
        return status + " " + error() + " " + problem;
    }
}

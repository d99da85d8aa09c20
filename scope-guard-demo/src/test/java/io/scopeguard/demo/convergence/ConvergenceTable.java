package io.scopeguard.demo.convergence;

import io.scopeguard.remedy.Remedy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The results of the rows, in Markdown. */
final class ConvergenceTable {

    private static final String HEAD = """
            | what happens | asks: refresh / reconsent | useless | steps to rest | end state | got | why |
            |---|---|---|---|---|---|---|
            """;

    private final List<String> rows = new ArrayList<>();

    void add(String name, String why, List<Expectation> clients) {
        rows.add("| "
                + String.join(
                        " | ",
                        name,
                        each(
                                clients,
                                client -> client.journal().asks(Remedy.REFRESH) + " / "
                                        + client.journal().asks(Remedy.RECONSENT)),
                        each(clients, client -> "" + client.journal().uselessSteps()),
                        each(clients, client -> "" + client.journal().steps()),
                        each(clients, client -> state(client.end())),
                        each(clients, client -> client.got().equals(client.end()) ? "✓" : state(client.got())),
                        why)
                + " |\n");
    }

    void writeTo(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, toString());
    }

    @Override
    public String toString() {
        return HEAD + String.join("", rows);
    }

    private static String each(List<Expectation> clients, Function<Expectation, String> text) {
        List<String> texts = clients.stream().map(text).toList();
        return texts.stream().distinct().count() == 1 && texts.size() > 1
                ? texts.get(0) + " each"
                : String.join("; ", texts);
    }

    private static String state(String scopes) {
        return scopes.isEmpty()
                ? "no scope"
                : scopes.lines().map(line -> "`" + line + "`").collect(Collectors.joining());
    }
}

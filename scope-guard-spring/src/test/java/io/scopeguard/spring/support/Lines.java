package io.scopeguard.spring.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** The lines of a streamed response, as they arrive. */
public final class Lines {

    private static final String END = "\0";

    private final Arrivals lines = new Arrivals();
    private volatile boolean isComplete;

    public Lines(HttpResponse<InputStream> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        Thread reader = new Thread(() -> read(response.body()), "lines");
        reader.setDaemon(true);
        reader.start();
    }

    private void read(InputStream body) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
            isComplete = true;
        } catch (IOException e) {
            // Broken off.
        }
        lines.add(END);
    }

    public String next() throws InterruptedException {
        return lines.next();
    }

    public void until(String wanted) throws InterruptedException {
        until(wanted, () -> {});
    }

    public void until(String wanted, Runnable meanwhile) throws InterruptedException {
        String line = lines.next(meanwhile);
        while (!line.equals(wanted)) {
            assertThat(line).as("a line before " + wanted).isNotEqualTo(END);
            line = lines.next(meanwhile);
        }
    }

    public void untilEnd() throws InterruptedException {
        until(END);
    }

    public void untilEnd(Runnable meanwhile) throws InterruptedException {
        until(END, meanwhile);
    }

    public boolean isComplete() {
        return isComplete;
    }
}
